// What a page can try against a server. Each function is sent to the browser as its source, so it is plain JavaScript and
// uses nothing from outside of itself.

/**
 * Reads a route: its status and text, or what the browser says instead.
 * @param {string} url
 * @returns {Promise<string>}
 */
export async function tryRead(url) {
  try {
    const answer = await fetch(url);
    return `${answer.status} ${await answer.text()}`;
  } catch (error) {
    return String(error);
  }
}

/**
 * Writes in every way that a page has, whatever becomes of it. Resolves with how each ended.
 * @param {{ url: string, message: string }} what
 * @returns {Promise<string[]>}
 */
export async function tryWrites({ url, message }) {
  const body = JSON.stringify({ message });
  const json = { 'content-type': 'application/json' };
  const attempts = [
    { method: 'POST', body, headers: json },
    { method: 'POST', body, headers: { 'content-type': 'text/plain' } },
    { method: 'POST', body, mode: 'no-cors' },
    { method: 'POST', body: new Blob([body], { type: 'application/json' }), mode: 'no-cors' },
    { method: 'POST', body: new URLSearchParams({ message }), mode: 'no-cors' },
    { method: 'POST', body, headers: json, credentials: 'include', keepalive: true },
  ];
  const ends = await Promise.all(
    attempts.map((init) =>
      fetch(url, init).then(
        (answer) => `${answer.type} ${answer.status}`,
        (error) => String(error),
      ),
    ),
  );
  navigator.sendBeacon(url, new Blob([body], { type: 'text/plain' }));
  const frame = document.createElement('iframe');
  frame.name = 'sink';
  const form = document.createElement('form');
  Object.assign(form, { method: 'post', action: url, target: 'sink', enctype: 'text/plain' });
  const field = document.createElement('input');
  Object.assign(field, { name: body.slice(0, -1), value: ',"x":1}' });
  form.append(field);
  document.body.append(frame, form);
  const loaded = new Promise((resolve) => {
    frame.addEventListener('load', resolve, { once: true });
    setTimeout(resolve, 2000);
  });
  form.submit();
  await loaded;
  return ends;
}

/**
 * Opens a socket: the type of its first frame, or `refused`.
 * @param {string} url
 * @returns {Promise<string>}
 */
export function trySocket(url) {
  return new Promise((resolve) => {
    const socket = new WebSocket(url);
    socket.addEventListener('message', ({ data }) => {
      socket.close();
      resolve(JSON.parse(data).type);
    });
    socket.addEventListener('error', () => resolve('refused'));
  });
}

/**
 * Opens the stream over HTTP: the type of its first frame, or `refused`.
 * @param {string} url
 * @returns {Promise<string>}
 */
export function tryStream(url) {
  return new Promise((resolve) => {
    const source = new EventSource(url);
    source.addEventListener('message', ({ data }) => {
      source.close();
      resolve(JSON.parse(data).type);
    });
    source.addEventListener('error', () => {
      source.close();
      resolve('refused');
    });
  });
}

/**
 * Loads a route as an element of the page: `load` or `error`.
 * @param {{ kind: string, url: string }} what
 * @returns {Promise<string>}
 */
export function tryElement({ kind, url }) {
  return new Promise((resolve) => {
    const element = document.createElement(kind);
    element.addEventListener('load', () => resolve('load'));
    element.addEventListener('error', () => resolve('error'));
    element.setAttribute('src', url);
    document.body.append(element);
  });
}
