import { type Config, workspaceLayout } from '../../base/index.js';
import type { RestClient } from '../../client/index.js';
import { mustHaveWorkspace, namedServer } from './find.js';
import { reachServer } from './reach.js';

/** The two ways to ask what happened over time. */
export interface HistoryWays<T> {
  server: (rest: RestClient) => Promise<T>;
  /** `path`: of the workspace's database. */
  database: (path: string) => Promise<T>;
}

/**
 * Asks the server that was named, else the workspace's own database, with or without a server running.
 * @throws McError as `reachServer` for a server, `workspace.missing` for a workspace; as the way that is taken
 */
export async function askHistory<T>(config: Config, ways: HistoryWays<T>): Promise<T> {
  if (namedServer(config) !== null) return ways.server((await reachServer(config)).rest);
  await mustHaveWorkspace(config, { evenDefault: true });
  return ways.database(workspaceLayout(config.workspace).database);
}
