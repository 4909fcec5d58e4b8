import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makePlace, type Place, run, runJson, type Served, serve } from './mc.js';

const TOKEN = 'a-token-that-is-long-enough-0123456789';

let place: Place;
let served: Served;
let here: string[];
beforeAll(async () => {
  place = await makePlace();
  served = await serve(place, [], { env: { MC_TOKEN: TOKEN } });
  here = ['-w', place.office];
});
afterAll(async () => {
  await served.end();
  await place.clear();
});

describe('a server that wants a token', () => {
  it('is not told anything without one: 7', async () => {
    for (const command of [['agents', 'list'], ['notify', 'x'], ['status']]) {
      const { status, json } = await runJson(place, [...command, ...here]);
      expect(status).toBe(7);
      expect(json.error.code).toBe('token.missing');
    }
    expect((await run(place, ['agents', 'list', '--token', 'wrong', ...here])).status).toBe(7);
  });

  it('refuses a tail without one: 7', async () => {
    const { status, err } = await run(place, ['events', 'tail', ...here]);
    expect(status).toBe(7);
    expect(err).toContain('--token');
  });

  it('takes it from a flag, the environment or a file', async () => {
    const file = join(place.home, 'token');
    await writeFile(file, `${TOKEN}\n`);
    const list = ['agents', 'list', ...here];
    expect((await run(place, [...list, '--token', TOKEN])).status).toBe(0);
    expect((await run(place, list, { env: { MC_TOKEN: TOKEN } })).status).toBe(0);
    expect((await run(place, list, { env: { MC_TOKEN_FILE: file } })).status).toBe(0);
    expect((await run(place, [...list, '--token-file', file])).status).toBe(0);
    expect((await run(place, [...list, '--token-file', file, '--token', TOKEN])).status).toBe(2);
  });

  it('follows events with one', async () => {
    const { json } = await runJson(place, ['status', '--token', TOKEN, ...here]);
    const since = `${json.position.epoch}:${json.position.seq}`;
    await run(place, ['notify', 'hello', '--token', TOKEN, ...here]);
    const tail = await run(place, ['events', 'tail', '--since', since, '--limit', '1', '--token', TOKEN, ...here]);
    expect(tail.status).toBe(0);
    expect(tail.out).toContain('hello');
  });
});
