import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/** A request as it arrived. */
export interface Received {
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
  // biome-ignore lint/suspicious/noExplicitAny: a test says itself what it expects
  json: any;
}

/** How a receiver answers: a status, or whatever it does with the answer (nothing at all: it hangs). */
export type Manner = number | ((response: ServerResponse, received: Received) => void);

export interface Receiver {
  port: number;
  /** `http://127.0.0.1:PORT` */
  url: string;
  received: Received[];
  /** How it answers from now on. */
  answer(manner: Manner): void;
  close(): Promise<void>;
}

/** A real HTTP server on a free port that keeps what it is sent, closed after the test. */
export async function startReceiver(manner: Manner = 204): Promise<Receiver> {
  const receiver = await openReceiver(manner);
  onTestFinished(() => receiver.close());
  return receiver;
}

async function openReceiver(first: Manner): Promise<Receiver> {
  let manner = first;
  const received: Received[] = [];
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('error', () => {});
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString('utf8');
      const one = { path: request.url ?? '', headers: request.headers, body, json: jsonOf(body) };
      received.push(one);
      if (typeof manner === 'number') response.writeHead(manner).end();
      else manner(response, one);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    received,
    answer(next) {
      manner = next;
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function jsonOf(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}
