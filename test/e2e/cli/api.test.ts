import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { pretence } from '../../support/strangers.js';
import { mc, makePlace, type Place, run, runJson, type Served, serve } from './mc.js';

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

describe('mc api', () => {
  it('gets, with or without the first slash', async () => {
    const { status, out } = await run(place, ['api', '/healthz', ...here]);
    expect([status, out]).toEqual([0, '{\n  "alive": true\n}\n']);
    expect((await runJson(place, ['api', 'api/agents?limit=1', ...here])).json.agents).toHaveLength(1);
  });

  it('posts a body from the line, a file or stdin; other methods by name', async () => {
    const file = join(place.home, 'body.json');
    await writeFile(file, '{"message":"from a file"}');
    const post = (data: string, options = {}) =>
      run(place, ['api', '/api/notifications', '-d', data, ...here], options);
    expect((await post('{"message":"from the line"}')).status).toBe(0);
    expect((await post(`@${file}`)).status).toBe(0);
    expect((await post('-', { input: '{"message":"from stdin"}' })).status).toBe(0);
    const { json } = await runJson(place, ['api', '/api/notifications', ...here]);
    const told = json.notifications.map((kept: { message: string }) => kept.message);
    // Older ones are of the server itself.
    expect(told.slice(0, 3)).toEqual(['from stdin', 'from a file', 'from the line']);
    const patch = ['api', '/api/tasks/TASK-037', '-X', 'patch', '-d', '{"status":"completed"}', ...here];
    expect((await runJson(place, patch)).json.task.status).toBe('completed');
  });

  it('prints what is no JSON as it is', async () => {
    expect((await run(place, ['api', '/docs', ...here])).out).toMatch(/^<!doctype html>/);
    expect((await runJson(place, ['api', '/docs', ...here])).json).toMatch(/^<!doctype html>/);
  });

  it('follows the stream, one frame a line, until it is interrupted', async () => {
    const child = mc(place, ['api', '/api/events/stream?channels=notification', ...here]);
    const lines: string[] = [];
    child.stdout?.on('data', (chunk: Buffer) => lines.push(...chunk.toString().trim().split('\n')));
    await expect.poll(() => lines.some((line) => line.includes('"synced"')), { timeout: 10_000 }).toBe(true);
    for (const line of lines) expect(JSON.parse(line)).toHaveProperty('type');
    child.kill('SIGINT');
    expect((await child).exitCode).toBe(130);
  });

  it.each([
    [['/api/agents/nobody'], 4],
    [['/api/nothing'], 4],
    [['/api/notifications', '-d', '{}'], 2],
    [['/api/notifications', '-d', 'no json'], 2],
    [['/api/notifications', '-d', '@nothing.json'], 2],
    [['http://evil.example/api/agents'], 2],
    [['//evil.example/api'], 2],
    [['/api/files/read?path=.env'], 7],
  ])('%j ends with %i', async (args, exit) => {
    expect((await run(place, ['api', ...args, ...here])).status).toBe(exit);
  });

  it('waits as long as it is told, and says that the server may still be at it', async () => {
    const silent = createServer((request, answer) => {
      if (request.url?.startsWith('/api/identity')) answer.end(JSON.stringify(pretence));
      else setTimeout(() => answer.end('{"late":true}'), 1500);
    });
    await once(silent.listen(0, '127.0.0.1'), 'listening');
    onTestFinished(() => void silent.close());
    const at = ['--server', `http://127.0.0.1:${(silent.address() as AddressInfo).port}`];
    const { status, err } = await run(place, ['api', '/api/backups', '-X', 'POST', '--timeout', '300ms', ...at]);
    expect(status).toBe(3);
    expect(err).toMatch(/no answer from http:\S+ within 300ms/);
    expect(err).toContain('may still be working');
    expect(err).not.toContain('mc serve');
    const patient = await runJson(place, ['api', '/api/backups', '-X', 'POST', '--timeout', '20s', ...at]);
    expect(patient.json).toEqual({ late: true });
    expect((await run(place, ['api', '/healthz', '--timeout', 'soon', ...at])).status).toBe(2);
  });

  it('ends with 3 when nobody answers, the stream too', async () => {
    const nowhere = ['--server', 'http://127.0.0.1:1'];
    expect((await run(place, ['api', '/healthz', ...nowhere])).status).toBe(3);
    expect((await run(place, ['api', '/api/events/stream', ...nowhere])).status).toBe(3);
  });
});
