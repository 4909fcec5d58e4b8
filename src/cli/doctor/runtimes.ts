import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf } from '../../base/index.js';
import { formatDuration, type RuntimeReport } from '../../protocol/index.js';
import { quote } from '../quote.js';
import { type Finding, failed, some, skipped, passed } from './finding.js';

/** Where the records of agents' runtimes lie by default, below the home, and which variable names another place. */
const RUNTIMES = [
  { name: 'Claude Code', variable: 'CLAUDE_CONFIG_DIR', places: ['.claude', '.config/claude'] },
  { name: 'Codex', variable: 'CODEX_HOME', places: ['.codex'] },
  { name: 'OpenClaw', variable: 'OPENCLAW_STATE_DIR', places: ['.openclaw', '.clawdbot', '.moltbot'] },
] as const;

/** What is read sooner is up to date. */
const BEHIND_MS = 1000;

/** Which runtimes have a directory here, and whether this user can read it. `home`: null where there is none. */
export async function runtimesFinding(env: NodeJS.ProcessEnv, home: string | null): Promise<Finding> {
  const found: string[] = [];
  const closed: string[] = [];
  for (const { name, variable, places } of RUNTIMES) {
    const named = (env[variable] ?? '')
      .split(',')
      .map((path) => path.trim())
      .filter(Boolean);
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
  return passed('runtimes', `${found.join(', ')}; mc serve reads what they record`);
}

/** How the server's reading of each runtime goes. What it cannot use is named, but is nothing that has to be mended. */
export function readingFindings(reports: readonly RuntimeReport[]): Finding[] {
  return reports.map((report) => readingFinding(`runtime_${report.runtime}`, report));
}

function readingFinding(
  name: string,
  { state, roots, files, versions, lag_ms: lag, warnings }: RuntimeReport,
): Finding {
  if (state === 'absent') return skipped(name, 'has no directory here');
  if (state === 'disabled')
    return skipped(name, 'is not read: --runtimes, MC_RUNTIMES or the config file leave it out');
  const unused = warnings.length === 0 ? [] : [`not used: ${some(warnings)}`];
  if (state === 'failed') return failed(name, ['cannot be read', ...unused].join('; '), 'mc logs --level error');
  const version = versions.length === 0 ? [] : [`versions ${some(versions, ', ')}`];
  const behind = lag >= BEHIND_MS ? [`${formatDuration(lag)} behind`] : [];
  return passed(name, [`${files} files in ${roots.join(', ')}`, ...version, ...behind, ...unused].join('; '));
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
