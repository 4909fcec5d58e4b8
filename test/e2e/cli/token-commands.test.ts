import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeCertificate } from '../../support/certificate.js';
import { makePlace, type Place, run, runJson, serve } from './mc.js';

let place: Place;
beforeEach(async () => {
  place = await makePlace();
});
afterEach(() => place.clear());

describe('mc token', () => {
  it('makes one, lists it, revokes it; a running server follows', async () => {
    const { json: admin } = await runJson(place, ['token', 'create', '--scope', 'admin']);
    const served = await serve(place, ['--require-token']);
    try {
      const { json: made } = await runJson(place, ['token', 'create', '--scope', 'read', '--label', 'display']);
      expect(made).toEqual({
        id: expect.stringMatching(/^[0-9a-f]{8}$/),
        label: 'display',
        scope: 'read',
        created_at: expect.stringMatching(/Z$/),
        token: expect.stringMatching(/^mc_/),
      });
      const as = (token: string) => ['-w', place.office, '--token', token];
      await expect.poll(async () => (await run(place, ['agents', 'list', ...as(made.token)])).status).toBe(0);
      const report = ['agents', 'report', 'api', '--status', 'idle'];
      expect((await run(place, [...report, ...as(made.token)])).status).toBe(7);
      expect((await run(place, [...report, ...as(admin.token)])).status).toBe(0);
      const { json: list } = await runJson(place, ['token', 'list']);
      expect(list.tokens.map((row: { scope: string }) => row.scope)).toEqual(['admin', 'read']);
      expect(JSON.stringify(list)).not.toContain(made.token);
      expect((await run(place, ['token', 'revoke', made.id, '--yes'])).status).toBe(0);
      await expect.poll(async () => (await run(place, ['agents', 'list', ...as(made.token)])).status).toBe(7);
    } finally {
      await served.end();
    }
  });

  it('shows the token on stdout and nothing else there; keeps only its hash, for its owner alone', async () => {
    const { status, out, err } = await run(place, ['token', 'create']);
    expect([status, out]).toEqual([0, expect.stringMatching(/^mc_[\w-]{43}\n$/)]);
    expect(err).toContain('cannot be shown again');
    const file = join(place.home, 'config', 'mission-control', 'tokens.json');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await readFile(file, 'utf8')).not.toContain(out.trim());
    const table = await run(place, ['token', 'list']);
    expect(table.out).toMatch(/read/);
    expect(table.out).not.toContain(out.trim());
  });

  it('ends with 4 for a token that there is not, with 2 for a scope that there is not', async () => {
    expect((await run(place, ['token', 'revoke', 'nothing'])).status).toBe(4);
    expect((await run(place, ['token', 'create', '--scope', 'root'])).status).toBe(2);
    expect((await runJson(place, ['token', 'list'])).json).toEqual({ tokens: [] });
  });
});

describe('mc serve', () => {
  it.each([
    [['--require-token'], 'mc token create'],
    [['--host', '0.0.0.0'], 'mc token create'],
    [['--require-token', '--allow-anonymous'], 'leave one of them out'],
    [['--tls-cert', 'cert.pem'], 'give both'],
  ])('%j is refused with 2, and says what to do', async (flags, hint) => {
    const ports = ['--port', '0', '--ws-port', '0'];
    const { status, err } = await run(place, ['serve', '-w', place.office, ...ports, ...flags]);
    expect([status, err]).toEqual([2, expect.stringContaining(hint)]);
  });

  it('beyond this machine takes the tokens that were made, and warns that nothing is encrypted', async () => {
    await run(place, ['token', 'create']);
    const served = await serve(place, ['--host', '0.0.0.0']);
    const answer = await fetch(`http://127.0.0.1:${new URL(served.ready.http).port}/api/agents`);
    expect(answer.status).toBe(401);
    await served.end();
    expect(String((await served.process).stderr)).toContain('nothing of what it says is encrypted');
  });

  it('speaks https; commands follow when they are told who signed its certificate', async () => {
    const { tlsCert, tlsKey } = makeCertificate(place.home);
    const served = await serve(place, ['--tls-cert', tlsCert, '--tls-key', tlsKey]);
    try {
      expect(served.ready).toMatchObject({
        http: expect.stringMatching(/^https:/),
        ws: expect.stringMatching(/^wss:/),
      });
      const trusting = { env: { NODE_EXTRA_CA_CERTS: tlsCert } };
      const list = ['agents', 'list', '-w', place.office];
      expect((await run(place, list, trusting)).status).toBe(0);
      const tail = ['events', 'tail', '--limit', '1', '-w', place.office];
      const tailing = run(place, tail, trusting);
      const note = ['notify', 'over TLS', '-w', place.office];
      await expect.poll(async () => (await run(place, note, trusting)).status).toBe(0);
      const { json } = await runJson(place, ['status', '-w', place.office, '--server', served.ready.http]);
      expect(json.error.message).toContain('is not trusted');
      for (let more = true; more; ) {
        more = await Promise.race([tailing.then(() => false), run(place, note, trusting).then(() => true)]);
      }
      expect((await tailing).status).toBe(0);
    } finally {
      await served.end();
    }
  });

  it.each(['requireToken', 'allowFile', 'tlsKey', 'token'])('takes %s from no workspace', async (key) => {
    const { writeFile } = await import('node:fs/promises');
    const value = key === 'allowFile' ? ['.env'] : key === 'requireToken' ? false : 'x';
    await writeFile(join(place.office, 'mission-control', 'mc.config.json'), JSON.stringify({ [key]: value }));
    const { status, err } = await run(place, ['serve', '-w', place.office, '--port', '0', '--ws-port', '0']);
    expect([status, err]).toEqual([2, expect.stringContaining('which agents can write')]);
  });
});
