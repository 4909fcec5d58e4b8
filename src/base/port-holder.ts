import { get } from 'node:http';
import { isIPv6 } from 'node:net';
import { ROUTES, SERVER_NAME } from '../protocol/index.js';
import { listenerOn } from './listener.js';

/** How long whoever holds the port may take to say who it is, in milliseconds. */
const ANSWER_MS = 1500;
const MOST_BYTES = 16 * 1024;

/**
 * Who holds a port of this machine: "mc, which serves /home/me/fleet (version 0.1.0)", else the program, "node (process
 * 1234)". Null when neither it nor the system says so: it is another user's, say. `host` is where one would have listened.
 */
export async function portHolder(host: string, port: number): Promise<string | null> {
  return (await mcOn(host, port)) ?? (await listenerOn(port));
}

function mcOn(host: string, port: number): Promise<string | null> {
  const target = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  const url = `http://${isIPv6(target) ? `[${target}]` : target}:${port}`;
  return ask(url + ROUTES.identity.path).then(
    ({ status, body: { code, name, version, workspace } }) => {
      if (status === 426 && code === 'upgrade.required') return 'the WebSocket of an mc';
      if (name !== SERVER_NAME || typeof version !== 'string') return null;
      // A server that asks for tokens does not show strangers what it serves.
      return `mc${typeof workspace === 'string' ? `, which serves ${workspace}` : ''} (version ${version})`;
    },
    () => null,
  );
}

function ask(url: string): Promise<{ status: number; body: Record<string, unknown> }> {
  return new Promise((resolve, reject) => {
    const request = get(url, { agent: false, signal: AbortSignal.timeout(ANSWER_MS) }, (answer) => {
      let text = '';
      answer.setEncoding('utf8');
      answer.on('error', reject);
      answer.on('data', (part: string) => {
        text += part;
        if (text.length > MOST_BYTES) request.destroy(new Error('too long an answer'));
      });
      answer.on('end', () => {
        resolve({ status: answer.statusCode ?? 0, body: objectOf(text) });
      });
    });
    request.on('error', reject);
  });
}

/** Empty for what is not a JSON object. */
function objectOf(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
