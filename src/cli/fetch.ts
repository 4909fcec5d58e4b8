import type { IncomingMessage, RequestOptions } from 'node:http';
import type { FetchLike } from '../client/index.js';

/**
 * `fetch` over node:http. Node's own one costs every command the loading of a whole HTTP client, which is more than all
 * the rest of a short command.
 */
export const httpFetch: FetchLike = async (url, { method, headers, body, signal }) => {
  const target = new URL(url);
  const { request } = target.protocol === 'https:' ? await import('node:https') : await import('node:http');
  const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
  const options: RequestOptions = { method, headers: { ...headers, ...length }, signal, agent: false };
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    request(target, options, resolve).on('error', reject).end(body);
  });
  return { status: answer.statusCode ?? 0, text: () => readText(answer) };
};

async function readText(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
