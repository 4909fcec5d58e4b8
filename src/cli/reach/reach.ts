import { type Config, errnoOf, McError } from '../../base/index.js';
import { createRestClient, type ReachedServer, RestError, UnreachableError } from '../../client/index.js';
import { formatDuration, type IdentityAnswer } from '../../protocol/index.js';
import { checkAnswer } from './answers.js';
import { httpFetch } from './fetch.js';
import { type Candidate, findServer, startHint } from './find.js';
import { identify } from './identify.js';
import { quote } from '../quote.js';

/** A server that answers, with what this machine knows of it. */
export interface Server extends ReachedServer {
  token: string | null;
  identity: IdentityAnswer;
  /** How it was found. */
  candidate: Candidate;
}

/** How long work on a large workspace may take until its answer comes, in milliseconds: a backup, a restore. */
export const LONG_WORK_MS = 3_600_000;

/**
 * The server that a command is to talk to, after it has said or proved who it is (`identify`). No token was sent yet.
 * `timeoutMs`: how long each answer may take.
 * @throws McError `usage` for a URL that is not one, `workspace.missing`, `server.unreachable` when nobody answers, `server.foreign`
 *   when it is not an mc server, or not the one that is meant
 */
export async function reachServer(
  config: Config,
  { timeoutMs = config.values.timeout }: { timeoutMs?: number } = {},
): Promise<Server> {
  const candidate = await findServer(config);
  const url = candidate.http;
  const explain = (error: unknown) => explained(error, { url, candidate, config, timeoutMs });
  const identity = await identify(candidate, config, timeoutMs).catch(async (error: unknown) => {
    throw await explain(error);
  });
  answered = identity.version;
  const { token } = config.values;
  const rest = createRestClient({
    baseUrl: url,
    fetch: httpFetch,
    ...(token === null ? {} : { token }),
    timeoutMs,
    check: (route, answer) => checkAnswer(url, route, answer),
    explain,
  });
  return { url, rest, token, identity, candidate };
}

let answered: string | null = null;

/** The version of the server that this process has talked to last; null: of none. */
export function answeredVersion(): string | null {
  return answered;
}

interface Asked {
  url: string;
  candidate: Candidate;
  config: Config;
  timeoutMs: number;
}

/** An error that names the address, the reason and what to do next, in place of one of the client. */
async function explained(error: unknown, asked: Asked): Promise<unknown> {
  if (error instanceof UnreachableError) return unreachable(asked, error);
  // Every refusal of ours has a code. What has none comes from something that stands in between.
  if (error instanceof RestError && error.code === 'unknown' && error.status >= 300) {
    return new McError('server.foreign', `${asked.url} answers HTTP ${error.status}, not as an mc server does`, {
      hint: 'a proxy in between may have said it; look at --server',
      cause: error,
    });
  }
  return error;
}

async function unreachable({ url, candidate, config, timeoutMs }: Asked, error: UnreachableError): Promise<McError> {
  const { cause } = error;
  const certificate = certificateProblem(cause);
  if (certificate !== null) {
    return new McError('server.unreachable', `the certificate of ${url} is not trusted (${certificate})`, {
      hint: 'name who signed it: NODE_EXTRA_CA_CERTS=FILE.pem mc …',
      cause: error,
    });
  }
  if (cause instanceof Error && /abort|timeout/i.test(cause.name)) {
    const limit = timeoutMs < 1000 ? `${timeoutMs}ms` : formatDuration(timeoutMs);
    return new McError('server.unreachable', `no answer from ${url} within ${limit}`, {
      hint: 'the server may still be working on it: mc events list shows what it did; --timeout waits longer',
      cause: error,
    });
  }
  const errno = errnoOf(cause);
  const why =
    errno === 'ECONNREFUSED' ? 'connection refused' : (errno ?? (cause instanceof Error ? cause.message : 'no answer'));
  return new McError('server.unreachable', `no server answers at ${url} (${why})`, {
    hint: await nextStep(candidate, config),
    cause: error,
  });
}

/** A server that was named on another machine cannot be started from here. */
async function nextStep(candidate: Candidate, config: Config): Promise<string> {
  if (candidate.by !== 'named') return startHint(config);
  const { kind, name } = config.origins.server;
  const where = kind === 'user file' ? `"server" in ${name}` : (name ?? '--server');
  if (!isLocal(candidate.http)) return `is mc serve running there? ${where} names it`;
  const { port } = new URL(candidate.http);
  return `${where} names it; start one there with: mc serve --workspace ${quote(config.workspace)} --port ${port || 80}`;
}

function isLocal(http: string): boolean {
  return /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(new URL(http).hostname);
}

/** What Node holds against a certificate, or null. */
export function certificateProblem(cause: unknown): string | null {
  const code = typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : null;
  return typeof code === 'string' && /CERT|SIGNATURE|SELF_SIGNED|ERR_TLS/.test(code) ? code : null;
}
