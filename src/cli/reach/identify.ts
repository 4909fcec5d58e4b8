import { randomBytes } from 'node:crypto';
import { type Config, isProof, McError } from '../../base/index.js';
import { createRestClient, RestError, UnreachableError } from '../../client/index.js';
import { type IdentityAnswer, SERVER_NAME } from '../../protocol/index.js';
import { boundedFetch } from './fetch.js';
import { type Candidate, isNamed, realOf, servesAnother } from './find.js';

/** An mc server says its name well within this time. */
const LONGEST_MS = 10_000;
const LARGEST_BYTES = 64 * 1024;

/**
 * Asks who answers at an address, before anything is sent there or believed. Where the user has named it, it has to say that
 * it is ours. Where a record of the user's led to it, it has to prove that it is that server. Elsewhere it has to serve
 * the workspace that is meant, and gets no token: nothing proves what it says.
 * @throws McError `server.foreign` for who is not ours or not the one, `server.unreachable` for who cannot be believed;
 *   UnreachableError when nobody answers
 */
export async function identify(candidate: Candidate, config: Config, timeoutMs: number): Promise<IdentityAnswer> {
  const nonce = randomBytes(24).toString('base64url');
  const identity = await ask(candidate.http, nonce, Math.min(timeoutMs, LONGEST_MS));
  if (candidate.by === 'record' && !isProof(candidate.record, nonce, identity.proof)) {
    throw new McError(
      'server.foreign',
      `${candidate.http} says it is an mc server, but not the one that serves ${config.workspace}: its proof is wrong`,
      { hint: 'see what listens there; when it is yours, start it again, or name it with --server' },
    );
  }
  if (candidate.by === 'default') await mustBelieve(candidate.http, identity, config);
  return identity;
}

/** The server of ours at an address. @throws McError `server.foreign` for anything else that answers */
async function ask(http: string, nonce: string, timeoutMs: number): Promise<IdentityAnswer> {
  const rest = createRestClient({ baseUrl: http, fetch: boundedFetch(LARGEST_BYTES), timeoutMs });
  let answer: unknown;
  try {
    answer = await rest.identity({ nonce });
  } catch (error) {
    if (error instanceof UnreachableError && isTalk(error.cause)) throw foreign(http, 'it does not speak HTTP');
    if (!(error instanceof RestError)) throw error;
    if (error.code === 'starting') throw new McError('starting', error.message, { hint: error.hint ?? 'try again' });
    if (error.code === 'upgrade.required') {
      throw new McError('server.foreign', `${http} is the event stream of an mc server, not its REST address`, {
        hint: 'give the address that mc serve prints as REST',
      });
    }
    throw foreign(http, `HTTP ${error.status}`);
  }
  if (!isIdentity(answer)) throw foreign(http, 'what it says at /api/identity is something else');
  return answer;
}

/** Something answered that is not HTTP, or without end. */
function isTalk(cause: unknown): boolean {
  const code = typeof cause === 'object' && cause !== null && 'code' in cause ? String(cause.code) : '';
  return code.startsWith('HPE_') || (cause instanceof Error && cause.message.startsWith('more than '));
}

function isIdentity(answer: unknown): answer is IdentityAnswer {
  if (typeof answer !== 'object' || answer === null) return false;
  const { name, version, epoch, stream } = answer as Record<string, unknown>;
  return name === SERVER_NAME && [version, epoch, stream].every((text) => typeof text === 'string');
}

function foreign(http: string, why: string): McError {
  return new McError('server.foreign', `${http} answers, but is not an mc server (${why})`, {
    hint: 'look at --server, MC_SERVER and the port; an mc server says who it is at /api/identity (older ones do not: update them)',
  });
}

async function mustBelieve(http: string, { workspace }: IdentityAnswer, config: Config): Promise<void> {
  const name = `when it is yours, name it: --server ${http}`;
  if (isNamed(config)) {
    if (workspace === null) {
      throw new McError('server.unreachable', `the server at ${http} shows what it serves only to those with a token`, {
        hint: name,
      });
    }
    if ((await realOf(workspace)) !== (await realOf(config.workspace))) throw servesAnother(config, http);
  }
  if (config.values.token === null) return;
  throw new McError(
    'server.unreachable',
    `${http} says it is an mc server, but nothing proves that it is yours: your token was not sent`,
    { hint: name },
  );
}
