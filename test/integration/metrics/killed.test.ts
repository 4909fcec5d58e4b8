import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { workspaceLayout } from '../../../src/base/index.js';
import { openReader } from '../../../src/metrics/store/database.js';
import { prepareDatabase } from '../../../src/metrics/store/prepare.js';
import { bundled } from '../../support/bundle.js';
import { scratch } from '../../support/scratch.js';

describe('a server that is killed', () => {
  it('loses at most the last batch, and its database is whole', async () => {
    const directory = scratch();
    const script = await bundled(join(import.meta.dirname, 'writer-child.ts'), directory);
    const child = spawn(process.execPath, [script, directory], { stdio: ['ignore', 'pipe', 'inherit'] });
    const said: { n: number; at: number }[] = [];
    let rest = '';
    const enough = new Promise<void>((resolve) => {
      child.stdout.on('data', (chunk: Buffer) => {
        const lines = (rest + chunk.toString()).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) {
          const [n = 0, at = 0] = line.split(' ').map(Number);
          said.push({ n, at });
        }
        if (said.length > 600) resolve();
      });
    });
    await enough;
    const ended = new Promise((resolve) => child.on('exit', resolve));
    child.kill('SIGKILL');
    await ended;
    const { database } = workspaceLayout(directory);
    expect(await prepareDatabase(database, Date.now())).toEqual([]);
    const db = openReader(database);
    expect(db.pragma('integrity_check', { simple: true })).toBe('ok');
    const kept = db
      .prepare("SELECT max(json_extract(data, '$.activity.n')) FROM events WHERE event_type = 'agent_activity'")
      .pluck()
      .get() as number;
    const count = db.prepare("SELECT count(*) FROM events WHERE event_type = 'agent_activity'").pluck().get();
    expect(count).toBe(kept);
    const last = said.at(-1) as { n: number; at: number };
    // 250 ms or 500 rows; the rest is for a machine on which timers are late.
    const lostMs = last.at - (said.find(({ n }) => n === kept)?.at ?? 0);
    expect(last.n - kept).toBeLessThanOrEqual(500);
    expect(lostMs).toBeLessThan(2000);
    db.close();
  });
});
