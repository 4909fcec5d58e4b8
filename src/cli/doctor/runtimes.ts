import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { errnoOf } from '../../base/index.js';
import { quote } from '../quote.js';
import { type Finding, failed, some, skipped, passed } from './finding.js';

/** Where the records of agents' runtimes lie by default, below the home, and which variable names another place. */
const RUNTIMES = [
  { name: 'Claude Code', variable: 'CLAUDE_CONFIG_DIR', places: ['.claude', '.config/claude'] },
  { name: 'Codex', variable: 'CODEX_HOME', places: ['.codex'] },
  { name: 'OpenClaw', variable: 'OPENCLAW_STATE_DIR', places: ['.openclaw', '.clawdbot', '.moltbot'] },
] as const;

/** Which runtimes have a directory here, and whether this user can read it. `home`: null where there is none. */
export async function runtimesFinding(env: NodeJS.ProcessEnv, home: string | null): Promise<Finding> {
  const found: string[] = [];
  const closed: string[] = [];
  for (const { name, variable, places } of RUNTIMES) {
    const named = (env[variable] ?? '').split(variable === 'CLAUDE_CONFIG_DIR' ? /[,]/ : delimiter).filter(Boolean);
    const below = home === null ? [] : places.map((place) => join(home, place));
    for (const directory of named.length > 0 ? named : below) {
      const seen = await look(directory);
      if (seen === 'there') found.push(`${name} in ${directory}`);
      if (seen === 'closed') closed.push(directory);
    }
  }
  if (closed.length > 0) {
    const message = `this user cannot read ${some(closed, ', ')}`;
    return failed('runtimes', message, `sudo chown -R "$(id -un)" ${closed.map(quote).join(' ')}`);
  }
  if (found.length === 0) return skipped('runtimes', 'no directory of Claude Code, Codex or OpenClaw is here');
  return passed('runtimes', `${found.join(', ')}; this version of mc does not read what they record`);
}

async function look(directory: string): Promise<'there' | 'closed' | 'missing'> {
  const stats = await stat(directory).catch((error: unknown) => (errnoOf(error) === 'EACCES' ? 'closed' : null));
  if (stats === 'closed') return 'closed';
  if (stats?.isDirectory() !== true) return 'missing';
  return access(directory, constants.R_OK | constants.X_OK).then(
    () => 'there' as const,
    () => 'closed' as const,
  );
}
