import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Writes an `alerts.json` that switches one rule off, and returns its path. The fixture has overdue tasks, of which a server tells a
 * second after its start, in the midst of whatever a test looks at.
 */
export function withoutOverdue(directory: string): string {
  mkdirSync(directory, { recursive: true });
  const path = join(directory, 'alerts.json');
  writeFileSync(path, JSON.stringify({ builtin: { task_overdue: { enabled: false } } }), { mode: 0o600 });
  return path;
}

let quiet: string | null = null;

/** One for all servers of a process, which goes with it. */
export function quietAlerts(): string {
  if (quiet === null) {
    const directory = mkdtempSync(join(tmpdir(), 'mc-quiet-'));
    process.once('exit', () => rmSync(directory, { recursive: true, force: true }));
    quiet = withoutOverdue(directory);
  }
  return quiet;
}
