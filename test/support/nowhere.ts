import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** An `alerts.json` whose one target, `nowhere`, is a port at which nothing listens. */
export function alertsToNowhere(): { alertsFile: string; clear: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'mc-alerts-'));
  const alertsFile = join(folder, 'alerts.json');
  const targets = [{ name: 'nowhere', url: 'http://127.0.0.1:1/', private: true, level: 'info' }];
  writeFileSync(alertsFile, JSON.stringify({ targets }), { mode: 0o600 });
  return { alertsFile, clear: () => rmSync(folder, { recursive: true, force: true }) };
}
