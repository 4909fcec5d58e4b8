import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { loadConfig, rootsOf, workspaceLayout } from '../../../src/base/index.js';
import { silentLog } from '../../../src/base/log.js';
import { listAgents } from '../../../src/protocol/index.js';
import { agentRow } from '../../../src/server/api/rows.js';
import { type RunningServer, startServer } from '../../../src/server/index.js';
import { createState } from '../../../src/state/index.js';
import { readAll } from '../../../src/workspace/read/read.js';
import { createMutator, seeded } from './mutations.js';

const FIXTURE = fileURLToPath(new URL('../../fixtures/office', import.meta.url));
/** `MC_TEST_RUNS` multiplies: 20 makes 6,000 mutations. `MC_TEST_SEED` chooses others. */
const MUTATIONS = 300 * Number(process.env.MC_TEST_RUNS ?? 1);
const SEED = Number(process.env.MC_TEST_SEED ?? 1) || Date.now();
/** Between two comparisons. */
const ROUND = 30;
/** Far from everything that only time changes. */
const STALE_MS = 100 * 365 * 86_400_000;

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

async function scratchDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'mc-fuzz-'));
  cleanups.push(async () => {
    const { chmodSync, readdirSync } = await import('node:fs');
    const open = (path: string): void => {
      try {
        chmodSync(path, 0o755);
        for (const entry of readdirSync(path, { withFileTypes: true }))
          if (entry.isDirectory()) open(join(path, entry.name));
      } catch {
        // Too deep to be named: removed all the same.
      }
    };
    open(directory);
    await rm(directory, { recursive: true, force: true, maxRetries: 3 });
  });
  return directory;
}

/** What one says of the files. Where they cannot be used a server keeps what it knew: then only that it says so is compared. */
interface Said {
  agents: unknown[];
  tasks: unknown[];
  office: unknown;
}

type Row = ReturnType<typeof agentRow>;

/** Since when a status holds only who lived through it knows; samples of metrics are no part of the files. */
function comparable(row: Row, isBroken: boolean): unknown {
  const { since: _since, metrics: _metrics, ...rest } = row;
  return isBroken ? { id: row.id, name: row.name, warnings: row.warnings } : rest;
}

/** What a fresh reading says, and what of it must not be compared. */
async function freshly(root: string) {
  const now = Date.now();
  const { reading, refused } = await readAll(root, now, await rootsOf(workspaceLayout(root)));
  const state = createState({ staleAfterMs: STALE_MS, newId: () => 'id' });
  state.read(reading, now);
  const { snapshot } = state;
  const broken = new Set([...reading.agents].filter(([, agent]) => agent?.broken).map(([id]) => id));
  const unread = new Set([...reading.tasks].filter(([, tasks]) => 'refused' in tasks).map(([file]) => file as string));
  const hasOffice = reading.office !== undefined && !('refused' in reading.office);
  const office = hasOffice ? snapshot.office : null;
  const said: Said = {
    agents: listAgents(snapshot).map((agent) => comparable(agentRow(agent, office, undefined), broken.has(agent.id))),
    tasks: [...snapshot.tasks.values()].flat().filter(({ source }) => !unread.has(source)),
    office,
  };
  return { said, broken, unread, hasOffice, unlisted: refused.some(({ name }) => name === '.') };
}

async function get<T>(server: RunningServer, path: string): Promise<T> {
  const response = await fetch(`${server.http}${path}`, { signal: AbortSignal.timeout(20_000) });
  expect(response.status).toBe(200);
  return (await response.json()) as T;
}

/** What the server that lived through it says, as far as it can be compared. */
async function livedThrough(server: RunningServer, fresh: Awaited<ReturnType<typeof freshly>>): Promise<Said> {
  const { agents } = await get<{ agents: Row[] }>(server, '/api/agents');
  const { tasks } = await get<{ tasks: { source: string }[] }>(server, '/api/tasks');
  const { office } = await get<{ office: unknown }>(server, '/api/system/status');
  return {
    agents: agents.map((row) => comparable(fresh.hasOffice ? row : { ...row, zone: null }, fresh.broken.has(row.id))),
    tasks: tasks.filter(({ source }) => !fresh.unread.has(source)),
    office: fresh.hasOffice ? office : null,
  };
}

const json = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe('a server under mutations of its workspace', () => {
  it(`lives, and after ${MUTATIONS} of them says what a fresh reading says`, async () => {
    const root = await scratchDirectory();
    const outside = await scratchDirectory();
    await cp(FIXTURE, root, { recursive: true });
    const { values } = await loadConfig({ flags: { port: 0, wsPort: 0 }, env: {}, home: '/nonexistent' });
    const settings = { ...values, staleAfter: STALE_MS, noBackups: true, watch: 'native', rateLimit: 1_000_000 };
    const server = await startServer({ workspace: root, settings, log: silentLog() });
    cleanups.push(() => server.stop());
    const mutator = createMutator(FIXTURE, root, outside, seeded(SEED));
    const compare = async () => {
      const fresh = await freshly(root);
      const lived = json(await livedThrough(server, fresh)) as Said;
      const said = json(fresh.said) as Said;
      return fresh.unlisted
        ? [
            { ...lived, agents: [] },
            { ...said, agents: [] },
          ]
        : [lived, said];
    };
    for (let done = 0; done < MUTATIONS; done += ROUND) {
      const steps: string[] = [];
      for (let step = 0; step < ROUND; step += 1) {
        steps.push(mutator.next());
        if (step % 5 === 0) await new Promise((resolve) => setImmediate(resolve));
      }
      const limit = performance.now() + 20_000;
      let [lived, fresh] = await compare();
      while (JSON.stringify(lived) !== JSON.stringify(fresh) && performance.now() < limit) {
        await new Promise((resolve) => setTimeout(resolve, 50));
        [lived, fresh] = await compare();
      }
      expect(lived, `seed ${SEED}, after ${done + ROUND}:\n${steps.join('\n')}`).toEqual(fresh);
      expect(JSON.stringify(lived)).not.toContain('outside');
    }
  }, 3_600_000);
});
