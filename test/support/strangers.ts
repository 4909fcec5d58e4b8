import { createServer as createHttpServer, type IncomingMessage } from 'node:http';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { SERVER_NAME } from '../../src/protocol/index.js';

/** A program that listens and is not the server that is meant. */
export interface Stranger {
  port: number;
  url: string;
  /** Everything that was sent to it, as text. */
  heard: () => string;
  stop(): Promise<void>;
}

/** Says this to every request. */
export function answering(status: number, body: string, headers: Record<string, string> = {}): Promise<Stranger> {
  return http((_, say) => say(status, body, headers));
}

/** What somebody says who says that it is an mc server; its proof is made up. */
export const pretence = {
  name: SERVER_NAME,
  version: '9.9.9',
  protocol: 1,
  epoch: 'aaaaaaaaaaaa',
  workspace: '/anywhere',
  stream: 'ws://127.0.0.1:1',
  proof: 'ab'.repeat(32),
};

/** Says that it is an mc server: of this workspace, in this life, with this stream. */
export function pretender(facts: { workspace?: string; epoch?: string; stream?: string } = {}): Promise<Stranger> {
  const identity = { ...pretence, ...facts };
  return http((request, say) => {
    const { pathname } = new URL(request.url ?? '/', 'http://stranger');
    say(200, JSON.stringify(pathname === '/api/identity' ? identity : { anything: true }), {});
  });
}

/** Speaks TCP and does as it is told with each connection. */
export async function talking(answer: (socket: Socket) => void): Promise<Stranger> {
  const server = createServer(answer);
  return started(server);
}

async function http(
  answer: (
    request: IncomingMessage,
    say: (status: number, body: string, headers: Record<string, string>) => void,
  ) => void,
): Promise<Stranger> {
  const server = createHttpServer((request, reply) => {
    answer(request, (status, body, headers) => reply.writeHead(status, headers).end(body));
  });
  return started(server);
}

async function started(server: Server): Promise<Stranger> {
  const heard: Buffer[] = [];
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('data', (chunk: Buffer) => heard.push(chunk));
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    heard: () => Buffer.concat(heard).toString('latin1'),
    stop() {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
