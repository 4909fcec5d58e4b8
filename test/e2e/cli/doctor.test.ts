import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { opened } from '../../contract/ws/stand.js';
import { makePlace, type Place, run, runJson, type Served, serve } from './mc.js';

let place: Place;
let served: Served;
beforeAll(async () => {
  place = await makePlace();
  served = await serve(place);
});
afterAll(async () => {
  await served.end();
  await place.clear();
});

interface Answer {
  ok: boolean;
  findings: { name: string; ok: boolean; message: string; fix: string | null }[];
}

describe('mc doctor', () => {
  it('looks at machine and server, and tells what it found', async () => {
    const { status, json } = await runJson(place, ['doctor', '-w', place.office]);
    const answer = json as Answer;
    const found = Object.fromEntries(answer.findings.map((finding) => [finding.name, finding]));
    for (const name of [
      'workspace',
      'permissions',
      'database',
      'clock',
      'server',
      'version',
      'server_clock',
      'clients',
    ]) {
      expect(found[name], name).toMatchObject({ ok: true, fix: null });
    }
    expect(status).toBe(answer.ok ? 0 : 5);
  });

  it('without a server says so, names the command that starts one, and ends with 5', async () => {
    const { status, out } = await run(place, ['doctor', '-w', place.home]);
    expect(status).toBe(5);
    expect(out).toMatch(/^✗ workspace .*\n +→ mc init /m);
    expect(out).toMatch(/^✗ server .*\n +→ mc serve --workspace /m);
  });
});

describe('mc status', () => {
  it('tells who listens', async () => {
    const client = await opened(`${served.ready.ws}/?channels=notification`, { headers: { 'user-agent': 'a page' } });
    await client.untilType('synced');
    const { json } = await runJson(place, ['status', '-w', place.office]);
    expect(json.server.peers).toEqual([
      expect.objectContaining({
        kind: 'mc',
        user_agent: 'a page',
        channels: ['notification'],
        lag: 0,
        outbox_bytes: 0,
      }),
    ]);
    expect((await run(place, ['status', '--once', '-w', place.office])).out).toMatch(/^1 client$/m);
    client.ws.terminate();
  });
});
