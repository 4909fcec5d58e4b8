import {
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { rootsOf, workspaceLayout } from '../../../src/base/index.js';
import { silentLog } from '../../../src/base/log.js';
import { createServices } from '../../../src/server/services.js';
import { startStatusReport } from '../../../src/server/status-report.js';
import { lockable } from '../../support/read-only.js';
import { scratch } from '../../support/scratch.js';

const T0 = Date.parse('2026-11-23T06:00:00.500Z');
const FACTS = { websocket_clients: 3, agents_tracked: 7, backups_available: null };

/** Reports on a workspace every few milliseconds, with every line that is logged. */
async function reporting(root: string) {
  const layout = workspaceLayout(root);
  const lines: string[] = [];
  const log = silentLog();
  for (const level of ['info', 'warn', 'error'] as const) {
    log[level] = (...said: unknown[]) => void lines.push(`${level} ${JSON.stringify(said)}`);
  }
  let state = 'available';
  const services = createServices(() => T0);
  services.plug('watcher', () => ({ state }));
  const facts = vi.fn(async () => FACTS);
  const report = startStatusReport({
    path: layout.statusReport,
    roots: await rootsOf(layout),
    facts,
    services,
    clock: { now: () => T0 },
    log,
    everyMs: 5,
    lookMs: 5,
  });
  onTestFinished(() => report.stop());
  return {
    path: layout.statusReport,
    lines,
    say: (word: string) => void (state = word),
    rounds: (count: number) => {
      const from = facts.mock.calls.length;
      return expect.poll(() => facts.mock.calls.length, { timeout: 10_000 }).toBeGreaterThanOrEqual(from + count);
    },
  };
}

function workspace(): string {
  const root = scratch();
  mkdirSync(join(root, 'mission-control', 'agents'), { recursive: true });
  return root;
}

it('writes the four fields that older scripts read, with a real time in seconds', async () => {
  const { path, lines } = await reporting(workspace());
  await expect.poll(() => existsSync(path)).toBe(true);
  expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({ timestamp: T0 / 1000, ...FACTS });
  await expect.poll(() => lines.join('\n')).toContain('"status"');
});

it('replaces a link that lies in its place, and writes nowhere through a directory that leads out', async () => {
  const root = workspace();
  const outside = scratch();
  const { backend } = workspaceLayout(root);
  mkdirSync(backend, { recursive: true });
  writeFileSync(join(outside, 'mine'), 'mine');
  symlinkSync(join(outside, 'mine'), join(backend, 'status.json'));
  const first = await reporting(root);
  await expect.poll(() => lstatSync(first.path).isFile()).toBe(true);
  expect(readFileSync(join(outside, 'mine'), 'utf8')).toBe('mine');

  rmSync(backend, { recursive: true });
  symlinkSync(outside, backend);
  await first.rounds(3);
  expect(existsSync(join(outside, 'status.json'))).toBe(false);
  expect(first.lines.filter((line) => line.includes('leads out'))).toHaveLength(1);
  rmSync(backend);
  await expect.poll(() => first.lines.join('\n'), { timeout: 10_000 }).toContain('written again');
});

it('does not make a workspace anew that is away', async () => {
  const root = workspace();
  const { missionControl } = workspaceLayout(root);
  const { path, rounds } = await reporting(root);
  await expect.poll(() => existsSync(path)).toBe(true);
  renameSync(missionControl, join(root, 'away'));
  await rounds(3);
  expect(existsSync(missionControl)).toBe(false);
});

it('says once that the workspace is read-only, and goes on', async ({ skip }) => {
  const root = workspace();
  const { backend } = workspaceLayout(root);
  mkdirSync(backend, { recursive: true });
  const place = lockable(backend);
  if (place === null) return skip('root may not mount here');
  place.readOnly();
  const { lines, rounds } = await reporting(root);
  await rounds(4);
  expect(lines.filter((line) => line.includes('cannot be written'))).toHaveLength(1);
  place.writable();
});

it('logs a service that stops being well, and that it is well again', async () => {
  const { lines, say } = await reporting(workspace());
  say('no handles are left');
  await expect.poll(() => lines.join('\n')).toContain('watcher is not well');
  say('available');
  await expect.poll(() => lines.join('\n')).toContain('watcher is well again');
});
