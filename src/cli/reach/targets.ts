import { type Config, McError } from '../../base/index.js';
import type { AlertTarget, AlertTargetsAnswer } from '../../protocol/index.js';
import { reachServer } from './reach.js';

/** Targets as the server knows them; where none answers, those of the file, of which it is not known whether they arrive. */
export async function targetsThere(config: Config, ofFile: () => Promise<AlertTarget[]>): Promise<AlertTargetsAnswer> {
  try {
    const { rest } = await reachServer(config);
    return await rest.alertTargets();
  } catch (error) {
    const isAway =
      error instanceof McError && (error.code === 'server.unreachable' || error.code === 'workspace.missing');
    // A server that was named is asked, or nobody.
    if (!isAway || config.origins.server.kind !== 'default') throw error;
    return {
      targets: await ofFile(),
      alertmanagers: [],
      error: 'no server answers: it is not known whether they arrive',
    };
  }
}
