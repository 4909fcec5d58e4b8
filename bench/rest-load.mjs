// Asks over keep-alive connections as fast as answers come, each connection one request at a time. Sockets and a minimal
// reading of HTTP, so that the load costs little of the machine that is measured.
import { connect } from 'node:net';

/** Sends `count` requests over `connections`; resolves with the milliseconds that each took and the statuses seen. */
export async function load({ port, path, headers = {}, count, connections }) {
  const lines = Object.entries({ host: `127.0.0.1:${port}`, ...headers }).map(([key, value]) => `${key}: ${value}\r\n`);
  const request = `GET ${path} HTTP/1.1\r\n${lines.join('')}\r\n`;
  const latencies = [];
  const statuses = {};
  let left = count;
  const next = () => {
    left -= 1;
    return left >= 0;
  };
  const done = (took, status) => {
    latencies.push(took);
    statuses[status] = (statuses[status] ?? 0) + 1;
  };
  await Promise.all(Array.from({ length: connections }, () => client(port, request, next, done)));
  return { latencies, statuses };
}

function client(port, request, next, done) {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    socket.setNoDelay(true);
    let began = 0;
    let head = '';
    let status = 0;
    let missing = 0;
    const ask = () => {
      if (!next()) return socket.end();
      began = performance.now();
      return socket.write(request);
    };
    const answered = () => {
      done(performance.now() - began, status);
      ask();
    };
    socket.on('connect', ask);
    socket.on('error', reject);
    socket.on('close', resolve);
    socket.on('data', (chunk) => {
      if (missing > 0) {
        missing -= chunk.length;
        if (missing === 0) answered();
        return;
      }
      head += chunk.toString('latin1');
      const end = head.indexOf('\r\n\r\n');
      if (end === -1) return;
      status = Number(head.slice(9, 12));
      const length = Number(/\r\ncontent-length: (\d+)/i.exec(head.slice(0, end + 2))?.[1] ?? 0);
      missing = length - (head.length - end - 4);
      head = '';
      if (missing === 0) answered();
    });
  });
}

/** The body and headers of one answer. */
export async function once(port, path) {
  const answer = await fetch(`http://127.0.0.1:${port}${path}`, { headers: { 'accept-encoding': 'identity' } });
  return { status: answer.status, text: await answer.text(), etag: answer.headers.get('etag') };
}
