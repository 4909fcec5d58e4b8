import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makePlace, type Place, run, runJson, type Served, serve } from './mc.js';

let place: Place;
let served: Served;
let here: string[];
beforeAll(async () => {
  place = await makePlace();
  served = await serve(place);
  here = ['-w', place.office];
});
afterAll(async () => {
  await served.end();
  await place.clear();
});

const read = (...path: string[]) => readFile(join(place.office, 'mission-control', ...path), 'utf8').catch(() => null);
const get = async (path: string) => (await fetch(`${served.ready.http}${path}`)).json();

describe('- for what is said', () => {
  it('reads stdin in notify and tasks add', async () => {
    const notified = await run(place, ['notify', '-', '--json', ...here], { input: 'the import failed\n' });
    expect(JSON.parse(notified.out)).toMatchObject({ notification: { message: 'the import failed' } });
    expect((await run(place, ['tasks', 'add', '-', ...here], { input: 'Mend the import\n' })).status).toBe(0);
    expect(await read('PENDING_TASKS.md')).toContain('Mend the import');
  });

  it('is wrong usage where stdin is empty, and nothing is written', async () => {
    const { status, err } = await run(place, ['tasks', 'add', '-', ...here], { input: '' });
    expect(status).toBe(2);
    expect(err).toContain('stdin is empty: the task is missing');
  });
});

describe('--dry-run', () => {
  it('of a report checks the agent and the words, and leaves state.json', async () => {
    const before = await read('agents', 'api', 'state.json');
    const report = ['agents', 'report', 'api', '--status', 'idle', '--dry-run', ...here];
    expect((await runJson(place, report)).json).toEqual({ dry_run: true, agent: 'api', report: { status: 'idle' } });
    expect(await read('agents', 'api', 'state.json')).toBe(before);
    expect((await run(place, report.with(2, 'apo'))).status).toBe(4);
  });

  it('of a task shows it, and leaves the file', async () => {
    const before = await read('PENDING_TASKS.md');
    expect((await run(place, ['tasks', 'add', 'Not yet', '--dry-run', ...here])).out).toBe('would add: Not yet\n');
    expect(await read('PENDING_TASKS.md')).toBe(before);
  });

  it('of tasks done tells which is meant, and leaves it as it is', async () => {
    const { tasks } = (await get('/api/tasks')) as { tasks: { key: string; status: string; text: string }[] };
    const task = tasks.find(({ status }) => status === 'pending');
    const key = task?.key ?? '';
    const { out } = await run(place, ['tasks', 'done', key, '--dry-run', ...here]);
    expect(out).toContain(`would complete: ${task?.text}`);
    expect(await get('/api/tasks')).toMatchObject({ tasks: expect.arrayContaining([task]) as object });
    expect((await run(place, ['tasks', 'done', 'TASK-NONE', '--dry-run', ...here])).status).toBe(4);
  });

  it('of a notification sends none', async () => {
    const { out } = await run(place, ['notify', 'not to be seen', '--dry-run', ...here]);
    expect(out).toBe('would send (info): not to be seen\n');
    expect(JSON.stringify(await get('/api/notifications'))).not.toContain('not to be seen');
  });
});

describe('for scripts', () => {
  it('mc TOPIC --json lists its commands as JSON', async () => {
    const { status, json } = await runJson(place, ['agents']);
    expect(status).toBe(0);
    expect(json.commands.map(({ command }: { command: string }) => command)).toEqual([
      'agents add',
      'agents list',
      'agents report',
      'agents show',
    ]);
  });

  it('events list goes on after a cursor, here and at a server', async () => {
    await run(place, ['notify', 'one', ...here]);
    await run(place, ['notify', 'two', ...here]);
    for (const where of [here, ['--server', served.ready.http]]) {
      const list = (...more: string[]) =>
        runJson(place, ['events', 'list', '--type', 'notification', ...more, ...where]);
      await expect.poll(async () => (await list()).json.events.length).toBeGreaterThan(1);
      const all = (await list()).json.events as { id: number }[];
      const { json: first, err } = await list('--limit', '1');
      expect(err).toContain(`--cursor ${first.next_cursor}`);
      const { json: second } = await list('--limit', '1', '--cursor', first.next_cursor);
      expect([...first.events, ...second.events]).toEqual(all.slice(0, 2));
    }
  });

  it('check --quiet prints what fails and nothing else', async () => {
    const { status, out } = await run(place, ['check', '--quiet', '--require-agent', 'courier', ...here]);
    expect(status).toBe(5);
    expect(out).toContain('✗ agent:courier');
    expect(out).not.toContain('✓');
  });

  it('backup create --quiet prints the id, and prune shows one table when there is nothing to ask', async () => {
    const { status, out } = await run(place, ['backup', 'create', '--quiet', ...here]);
    expect(status).toBe(0);
    expect(out).toMatch(/^\d{8}_\d{6}_\d{3}\n$/);
    const pruned = await run(place, ['backup', 'prune', ...here]);
    expect(pruned.out).toContain(out.trim());
    expect(pruned.err).not.toContain(out.trim());
  });
});
