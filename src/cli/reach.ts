import { realpath } from 'node:fs/promises';
import { type Config, errnoOf, formatDuration, isAlive, McError, readLock, workspaceLayout } from '../base/index.js';
import { createRestClient, type RestClient, UnreachableError } from '../client/index.js';
import { httpFetch } from './fetch.js';
import { quote } from './quote.js';

/** A server that answers. */
export interface Server {
  /** No trailing slash. */
  url: string;
  rest: RestClient;
  token: string | null;
  /** Where its event stream is. */
  streamUrl(): Promise<string>;
}

/** How long work on a large workspace may take until its answer comes, in milliseconds: a backup, a restore. */
export const LONG_WORK_MS = 3_600_000;

interface Address {
  http: string;
  ws: string | null;
  /** How we came to it. */
  by: 'named' | 'lock' | 'default';
}

/**
 * The server that a command is to talk to: the one that was named (flag, environment, the user's file), else the one that
 * holds the workspace's lock, else the default address. `timeoutMs`: how long each answer may take.
 * @throws McError `usage` for a URL that is none, `server.unreachable` when the server at the default address serves
 *   another workspace than the one that was named
 */
export async function reachServer(
  config: Config,
  { timeoutMs = 30_000 }: { timeoutMs?: number } = {},
): Promise<Server> {
  const address = await findAddress(config);
  const token = config.values.token;
  const plain = createRestClient({
    baseUrl: address.http,
    fetch: httpFetch,
    ...(token === null ? {} : { token }),
    timeoutMs,
  });
  const rest = explained(plain, { url: address.http, workspace: config.workspace, timeoutMs });
  if (address.by === 'default' && config.origins.workspace.kind !== 'default') await mustServe(rest, config, address);
  return { url: address.http, rest, token, streamUrl: async () => address.ws ?? (await askStream(rest, address.http)) };
}

async function findAddress(config: Config): Promise<Address> {
  const named = config.values.server;
  if (named !== null) return { http: readUrl(named), ws: null, by: 'named' };
  const holder = await readLock(workspaceLayout(config.workspace).serverLock);
  const { http, ws } = holder && (await isAlive(holder)) ? holder.details : {};
  if (typeof http === 'string') {
    return { http: reachable(http, null), ws: typeof ws === 'string' ? reachable(ws, null) : null, by: 'lock' };
  }
  // The port may stand in a file that could not be taken: the default one could be anybody's.
  const fault = config.origins.port.kind === 'default' ? config.faults[0] : undefined;
  if (fault) throw fault.error;
  return { http: `http://127.0.0.1:${config.values.port || 8080}`, ws: null, by: 'default' };
}

function readUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url.href.replace(/\/+$/, '');
  throw new McError('usage', `"${text}" is no server URL`, { hint: 'write it as http://127.0.0.1:8080' });
}

interface Asked {
  url: string;
  workspace: string;
  timeoutMs: number;
}

/** The same client, whose failure to reach the server names the reason and what to do next. */
function explained(rest: RestClient, asked: Asked): RestClient {
  const entries = Object.entries(rest).map(([name, method]) => [
    name,
    (...args: never[]) =>
      (method as (...args: never[]) => Promise<unknown>)(...args).catch((error: unknown) => {
        throw error instanceof UnreachableError ? unreachable(asked, error) : error;
      }),
  ]);
  return Object.fromEntries(entries) as RestClient;
}

function unreachable({ url, workspace, timeoutMs }: Asked, error: UnreachableError): McError {
  const errno = errnoOf(error.cause);
  const refused = certificateProblem(error.cause);
  if (refused !== null) {
    return new McError('server.unreachable', `the certificate of ${url} is not trusted (${refused})`, {
      hint: 'name who signed it: NODE_EXTRA_CA_CERTS=FILE.pem mc …',
      cause: error,
    });
  }
  if (error.cause instanceof Error && /abort|timeout/i.test(error.cause.name)) {
    const limit = timeoutMs < 1000 ? `${timeoutMs}ms` : formatDuration(timeoutMs);
    return new McError('server.unreachable', `no answer from ${url} within ${limit}`, {
      hint: 'it may still be at work on it: mc events list shows what it did; mc api waits longer with --timeout',
      cause: error,
    });
  }
  const why = errno === 'ECONNREFUSED' ? 'connection refused' : (errno ?? 'no answer');
  return new McError('server.unreachable', `no server answers at ${url} (${why})`, {
    hint: `start one with: mc serve --workspace ${quote(workspace)}`,
    cause: error,
  });
}

/** What Node holds against a certificate, or null. */
function certificateProblem(cause: unknown): string | null {
  const code = typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : null;
  return typeof code === 'string' && /CERT|SIGNATURE|SELF_SIGNED/.test(code) ? code : null;
}

async function mustServe(rest: RestClient, config: Config, address: Address): Promise<void> {
  const { workspace } = await rest.health();
  const same = (await real(workspace)) === (await real(config.workspace));
  if (same || !workspace.startsWith('/')) return;
  throw new McError(
    'server.unreachable',
    `no server runs for ${config.workspace}: that at ${address.http} serves another`,
    {
      hint: `start one with: mc serve --workspace ${quote(config.workspace)}, or name it with --server`,
    },
  );
}

function real(path: string): Promise<string> {
  return realpath(path).catch(() => path);
}

async function askStream(rest: RestClient, http: string): Promise<string> {
  const { url } = await rest.websocketStatus();
  if (typeof url === 'string') return reachable(url, new URL(http).hostname);
  const guess = new URL(http);
  guess.protocol = guess.protocol === 'https:' ? 'wss:' : 'ws:';
  guess.port = '8765';
  return guess.href.replace(/\/+$/, '');
}

/** A server that listens everywhere says so; to reach it takes an address: that where it was found, or this machine's. */
function reachable(text: string, found: string | null): string {
  const url = new URL(text);
  if (url.hostname === '0.0.0.0') url.hostname = found ?? '127.0.0.1';
  if (url.hostname === '[::]') url.hostname = found ?? '[::1]';
  return url.href.replace(/\/+$/, '');
}
