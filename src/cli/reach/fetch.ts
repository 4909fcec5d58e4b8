import type { IncomingMessage, RequestOptions } from 'node:http';
import { createInterface } from 'node:readline';
import type { FetchLike, OpenLines } from '../../client/index.js';

/** No answer of ours is larger: more is not an answer. */
const LARGEST_BYTES = 512 * 1024 * 1024;

/**
 * `fetch` over node:http. Node's own one costs every command the loading of a whole HTTP client, which is more than all
 * the rest of a short command. It follows no redirect: a token goes where it was meant to go.
 */
export const httpFetch: FetchLike = boundedFetch(LARGEST_BYTES);

/** The same, that rejects what is larger than `limit` bytes. */
export function boundedFetch(limit: number): FetchLike {
  return async (url, { method, headers, body, signal }) => {
    const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
    const answer = await send(url, { method, headers: { ...headers, ...length }, signal }, body);
    return { status: answer.statusCode ?? 0, text: () => readText(answer, limit) };
  };
}

/** Opens server-sent events with a token, line by line. */
export function lineReader(token: string | null): OpenLines {
  const headers = token === null ? {} : { authorization: `Bearer ${token}` };
  return async (url, signal) => {
    const answer = await send(url, { headers: { accept: 'text/event-stream', ...headers }, signal });
    return { status: answer.statusCode ?? 0, lines: createInterface({ input: answer }) };
  };
}

async function send(url: string, options: RequestOptions, body?: string): Promise<IncomingMessage> {
  const target = new URL(url);
  const { request } = target.protocol === 'https:' ? await import('node:https') : await import('node:http');
  return new Promise<IncomingMessage>((resolve, reject) => {
    request(target, { ...options, agent: false }, resolve)
      .on('error', reject)
      .end(body);
  });
}

async function readText(answer: IncomingMessage, limit: number): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > limit) throw new Error(`more than ${limit} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
