import { execFileSync } from 'node:child_process';
import { mkdir, open, rename, rm, symlink, truncate } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { listAgentIds, readAgentAt, readAgents, readOfficeAt, readTaskFileAt } from '../../../src/workspace/index.js';
import { put, tempWorkspace } from './temp.js';

const AGENTS = 'mission-control/agents';
const state = (id: string) => `${AGENTS}/${id}/state.json`;
const FAST = { retryMs: 5 };

async function reasonsOf(root: string, id: string): Promise<string[]> {
  const reading = await readAgentAt(root, id, undefined, FAST);
  return (reading?.agent.warnings ?? []).map(({ file, reason }) => `${file}: ${reason}`);
}

describe('what is no file of ours is refused one by one', () => {
  test('a directory, a FIFO, a socket, a loop, a link out, a link nowhere', async () => {
    const root = await tempWorkspace();
    const at = (id: string) => join(root, AGENTS, id);
    for (const id of ['dir', 'fifo', 'sock', 'loop', 'out', 'nowhere', 'inside'])
      await mkdir(at(id), { recursive: true });
    await mkdir(join(at('dir'), 'state.json'));
    execFileSync('mkfifo', [join(at('fifo'), 'state.json')]);
    const server = createServer();
    await new Promise<void>((done) => server.listen(join(at('sock'), 'state.json'), done));
    await symlink('state.json', join(at('loop'), 'state.json'));
    await symlink('/etc/hostname', join(at('out'), 'state.json'));
    await symlink('gone.json', join(at('nowhere'), 'state.json'));
    await put(root, 'elsewhere.json', '{"status":"idle"}');
    await symlink('../../../elsewhere.json', join(at('inside'), 'state.json'));

    expect(await reasonsOf(root, 'dir')).toEqual(['state.json: is a directory']);
    expect(await reasonsOf(root, 'fifo')).toEqual(['state.json: is a FIFO']);
    expect(await reasonsOf(root, 'sock')).toEqual(['state.json: is a socket']);
    expect(await reasonsOf(root, 'loop')).toEqual(['state.json: symbolic link loop']);
    expect(await reasonsOf(root, 'out')).toEqual(['state.json: symbolic link that leads out of the workspace']);
    expect(await reasonsOf(root, 'nowhere')).toEqual(['state.json: symbolic link that leads nowhere']);
    expect((await readAgentAt(root, 'inside'))?.agent.status).toBe('idle');
    server.close();
  });

  test('a file too large', async () => {
    const root = await tempWorkspace();
    await truncate(await put(root, state('big'), ''), 200 * 1024 * 1024);
    await put(root, `${AGENTS}/big/SOUL.md`, 'x'.repeat(1024 * 1024 + 1));
    expect((await reasonsOf(root, 'big')).sort()).toEqual([
      'SOUL.md: larger than 1 MB, not read',
      'state.json: larger than 16 MB, not read',
    ]);
    expect((await readAgentAt(root, 'big'))?.broken?.file).toBe('state.json');
  });

  test('folders that lead out, and an agent that is such a link', async () => {
    const root = await tempWorkspace();
    const outside = await tempWorkspace();
    await put(outside, 'secret.md', 'x');
    await mkdir(join(root, AGENTS, 'a'), { recursive: true });
    await symlink(outside, join(root, AGENTS, 'a/memory'));
    await symlink(outside, join(root, AGENTS, 'linked'));
    expect(await reasonsOf(root, 'a')).toEqual(['memory: symbolic link that leads out of the workspace']);
    expect((await readAgentAt(root, 'a'))?.memory).toEqual({});
    expect((await listAgentIds(root)).ids).toEqual(['a', 'linked']);
    expect(await reasonsOf(root, 'linked')).toEqual(['.: symbolic link that leads out of the workspace']);
  });
});

describe('half-written JSON', () => {
  test('is read a second time', async () => {
    const root = await tempWorkspace();
    const path = await put(root, state('a'), '{"status": "bu');
    const reading = readAgentAt(root, 'a', undefined, { retryMs: 300 });
    const whole = await put(root, `${AGENTS}/a/.new`, '{"status": "busy"}');
    await rename(whole, path);
    expect(await reading).toMatchObject({ broken: null, agent: { status: 'busy', warnings: [] } });
  });

  test('is broken when it stays so; the office and the task queue alike', async () => {
    const root = await tempWorkspace();
    await put(root, state('a'), '');
    await put(root, 'mission-control/current_office_state.json', '{"a"');
    await put(root, 'mission-control/TASK_QUEUE.json', '{"a"');
    const reason = 'the JSON ends in the middle';
    expect((await readAgentAt(root, 'a', undefined, FAST))?.broken?.reason).toBe('the file is empty');
    expect(await readOfficeAt(root, FAST)).toEqual({ refused: { place: 'line 1, column 5', reason } });
    expect(await readTaskFileAt(root, 'mission-control/TASK_QUEUE.json', FAST)).toEqual({
      refused: { place: 'line 1, column 5', reason },
    });
  });
});

describe('agents', () => {
  test('are directories of any name but hidden ones; names that are no UTF-8 are refused', async () => {
    const root = await tempWorkspace();
    const names = ['a b', '🦊', `it's "x"`, 'two\nlines', 'nested-state.json'];
    for (const name of names) await put(root, state(name), '{"status":"idle"}');
    await put(root, `${AGENTS}/.hidden/state.json`, '{}');
    await put(root, `${AGENTS}/plain.md`, '');
    await symlink('nowhere', join(root, AGENTS, 'dangling'));
    await mkdir(Buffer.concat([Buffer.from(join(root, AGENTS, '/')), Buffer.from('/b'), Buffer.from([0xff])]));
    const list = await listAgentIds(root);
    expect(list).toEqual({
      ids: names.toSorted(),
      refused: expect.arrayContaining([
        { name: 'b\uFFFD', reason: 'the name is not valid UTF-8' },
        { name: 'dangling', reason: 'symbolic link that leads nowhere' },
      ]),
    });
    expect(list.refused).toHaveLength(2);
    expect(await readAgentAt(root, 'dangling')).toBeNull();
    for (const reading of (await readAgents(root, list.ids)).values()) expect(reading?.agent.status).toBe('idle');
  });

  test('are none where there is no directory', async () => {
    const root = await tempWorkspace();
    expect(await listAgentIds(root)).toEqual({ ids: [], refused: [] });
    expect(await readAgentAt(root, 'gone')).toBeNull();
    expect(await readOfficeAt(root)).toEqual({ office: null });
    expect(await readTaskFileAt(root, 'PENDING_TASKS.md')).toEqual({ tasks: [], warnings: [] });
    await put(root, AGENTS, 'a file');
    expect(await listAgentIds(root)).toEqual({ ids: [], refused: [], inItsPlace: 'is not a directory' });
  });

  test('only exact names at depth 1 are evidence', async () => {
    const root = await tempWorkspace();
    for (const name of [
      'state.json.tmp',
      'data/state.json',
      'nested-state.json',
      'STATE.JSON',
      'memory/x.txt',
      'tasks/.t.json',
    ]) {
      await put(root, `${AGENTS}/a/${name}`, '{"status":"busy"}');
    }
    expect(await readAgentAt(root, 'a')).toMatchObject({
      agent: { status: 'unknown', state: null, tasks: [] },
      memory: {},
    });
  });

  test('a file that shrinks or grows while it is read does no harm', async () => {
    const root = await tempWorkspace();
    const path = await put(root, state('a'), JSON.stringify({ status: 'idle', x: 'x'.repeat(10_000) }));
    const handle = await open(path, 'r+');
    const readings = Promise.all(Array.from({ length: 20 }, () => readAgentAt(root, 'a', undefined, FAST)));
    await handle.truncate(5);
    await handle.close();
    for (const reading of await readings) expect(reading?.agent.id).toBe('a');
    await rm(path);
  });

  test('2,000 of them are read in a short time', async () => {
    const root = await tempWorkspace();
    const ids = Array.from({ length: 2000 }, (_, n) => `agent-${n}`);
    await Promise.all(ids.map((id) => put(root, state(id), '{"status":"active","tasks_completed":3}')));
    const start = performance.now();
    const readings = await readAgents(root, (await listAgentIds(root)).ids);
    expect(readings.size).toBe(2000);
    expect(performance.now() - start).toBeLessThan(10_000);
  });
});
