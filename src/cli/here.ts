import { type Config, McError, type Origin } from '../base/index.js';
import { namedServer } from './reach/find.js';

/**
 * What a command that works on this machine only says to a server that was named. `machine`: it touches no workspace, and
 * a server in the user's config file was not asked for by this call. `workspace`: whoever has a server in that file could take
 * the workspace here for the one there. `server`: it is the server itself, which the environment may well name.
 */
export type Here = 'machine' | 'workspace' | 'server';

const REFUSED: Record<Here, readonly Origin['kind'][]> = {
  machine: ['flag', 'env'],
  workspace: ['flag', 'env', 'user file'],
  server: ['flag'],
};

/** @throws McError `usage` when a server was named that the command would not ask. `command`: its words */
export function refuseServer(config: Config, here: Here, command: string): void {
  const { kind, name } = config.origins.server;
  if (namedServer(config) === null || !REFUSED[here].includes(kind)) return;
  const where = kind === 'user file' ? `"server" in ${name}` : name;
  const hint = {
    flag: `leave --server out, or run mc ${command} where that server runs`,
    env: `env -u ${name} mc ${command} … works here; or run it where that server runs`,
    'user file': 'name the workspace that is meant with --workspace DIR, or run it where that server runs',
  };
  throw new McError('usage', `mc ${command} works on this machine only, and ${where} names a server`, {
    hint: hint[kind as keyof typeof hint],
  });
}
