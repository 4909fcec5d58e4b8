import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { workspaceLayout } from '../../../src/base/index.js';
import { makePlace, type Place, run } from './mc.js';

/** Fifty with MC_TEST_RUNS=25; a round is some seven processes. */
const ROUNDS = Math.ceil(2 * Number(process.env.MC_TEST_RUNS ?? 1));

let place: Place;
beforeAll(async () => {
  place = await makePlace();
});
afterAll(async () => {
  for (const pid of servers()) process.kill(pid, 'SIGKILL');
  await place.clear();
});

/** The servers of this workspace, as the system lists processes. */
function servers(): number[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const line = readFileSync(`/proc/${name}/cmdline`, 'utf8').split('\0');
      // One that has ended and was not waited for has no command line any more.
      return line.includes('serve') && line.includes(place.office) ? [Number(name)] : [];
    } catch {
      return [];
    }
  });
}

function leftovers(): string[] {
  const state = join(place.home, '.local', 'state', 'mission-control');
  const places = [workspaceLayout(place.office).pids, join(state, 'servers'), join(state, 'background')];
  return places.flatMap((directory) => (existsSync(directory) ? readdirSync(directory) : []));
}

async function mc(command: string, more: string[] = []) {
  const { status, out, err } = await run(place, [command, '-w', place.office, ...more, '--json'], { timeout: 90_000 });
  expect({ command, status, err }).toEqual({ command, status: 0, err: '' });
  return JSON.parse(out) as { pid: number; http: string; started: boolean; stopped: boolean; killed: boolean };
}

/** What was said is true: this one process serves, and answers. */
async function isTrue({ pid, http }: { pid: number; http: string }) {
  expect(servers()).toEqual([pid]);
  expect((await fetch(`${http}/readyz`)).status).toBe(200);
}

it.skipIf(!existsSync('/proc/self/stat'))(
  'start, restart, kill, restart, stop: never two, never none, nothing left',
  async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const first = await mc('start', ['--port', '0', '--ws-port', '0']);
      expect(first.started).toBe(true);
      await isTrue(first);
      const second = await mc('restart');
      expect(second).toMatchObject({ started: true, stopped: true, killed: false });
      expect(second.pid).not.toBe(first.pid);
      await isTrue(second);
      process.kill(second.pid, 'SIGKILL');
      const third = await mc('restart');
      // It may still be ending when it is looked for.
      expect(third).toMatchObject({ started: true, killed: false });
      expect(third.pid).not.toBe(second.pid);
      await isTrue(third);
      expect(await mc('start')).toMatchObject({ started: false, pid: third.pid });
      expect(await mc('stop')).toMatchObject({ stopped: true, pid: third.pid, killed: false });
      expect(servers()).toEqual([]);
      expect(leftovers()).toEqual([]);
    }
  },
  ROUNDS * 120_000,
);
