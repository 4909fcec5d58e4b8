import { type Config, McError, type ServerRecord } from '../../base/index.js';
import { createRestClient, UnreachableError } from '../../client/index.js';
import { boundedFetch } from '../reach/fetch.js';
import { found } from '../reach/find.js';
import { identify } from '../reach/identify.js';
import { certificateProblem } from '../reach/reach.js';

/** How long one look at a server may take, in milliseconds. */
const LOOK_MS = 2000;
const LARGEST_BYTES = 64 * 1024;

/**
 * Whether the server of a record answers `/readyz`, after it has proved that it is the one; false: not yet, or not any more. One
 * whose certificate is not trusted here counts as ready: its record is written when it is.
 * @throws McError `server.foreign` when somebody else answers in its place
 */
export async function answersReady(record: ServerRecord, config: Config): Promise<boolean> {
  const candidate = found(record);
  try {
    await identify(candidate, config, LOOK_MS);
    const rest = createRestClient({ baseUrl: candidate.http, fetch: boundedFetch(LARGEST_BYTES), timeoutMs: LOOK_MS });
    return (await rest.ready()).ready;
  } catch (error) {
    if (error instanceof UnreachableError) return certificateProblem(error.cause) !== null;
    if (error instanceof McError && error.code === 'starting') return false;
    throw error;
  }
}
