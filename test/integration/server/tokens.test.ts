import { execFileSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:https';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { ROUTES, type RouteName, routeOf, routePath, SCOPES } from '../../../src/protocol/index.js';
import { createToken, revokeToken } from '../../../src/server/auth/index.js';
import { makeCertificate } from '../../support/certificate.js';
import { listen } from '../../contract/ws/stand.js';
import { emptyDirectory, type Office, startOffice } from './office.js';

/** A locked office, and a token of each scope. */
async function lockedOffice() {
  const tokensFile = join(await emptyDirectory(), 'tokens.json');
  const make = (scope: (typeof SCOPES)[number]) => createToken(tokensFile, { scope, label: null, now: Date.now() });
  const tokens = { read: await make('read'), operate: await make('operate'), admin: await make('admin') };
  const office = await startOffice({ settings: { requireToken: true }, tokensFile });
  return { office, tokens, tokensFile };
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

function ask(office: Office, name: RouteName, headers: Record<string, string>) {
  const { method } = routeOf(name);
  return office.send(method, routePath(name, { id: 'nobody' }), undefined, headers);
}

describe('every route', () => {
  it('is opened by its scope and those above, and by no other', async () => {
    const { office, tokens } = await lockedOffice();
    for (const name of Object.keys(ROUTES) as RouteName[]) {
      const { scope, open, produces } = routeOf(name);
      if (produces === 'text/event-stream') continue;
      for (const held of SCOPES) {
        const { status, body } = await ask(office, name, bearer(tokens[held].token));
        const enough = SCOPES.indexOf(held) >= SCOPES.indexOf(scope);
        expect([name, held, body?.code === 'scope.missing']).toEqual([name, held, !enough]);
        if (!enough) expect(status).toBe(403);
      }
      expect([name, (await ask(office, name, {})).status === 401]).toEqual([name, open !== true]);
      expect([name, (await ask(office, name, bearer('mc_nobody'))).status === 401]).toEqual([name, open !== true]);
    }
  });
});

describe('a token', () => {
  it('in an address counts for nothing', async () => {
    const { office, tokens } = await lockedOffice();
    for (const key of ['token', 'access_token', 'authorization']) {
      expect((await office.get(`/api/agents?${key}=${tokens.admin.token}`)).status).toBe(401);
    }
    const client = listen(`${office.server.ws}/?token=${tokens.admin.token}`);
    client.ws.on('open', () => client.send({ type: 'ping' }));
    expect((await client.untilClosed()).code).toBe(4401);
  });

  it('that is revoked is refused within a second, one that is new is known', async () => {
    const { office, tokens, tokensFile } = await lockedOffice();
    await revokeToken(tokensFile, tokens.read.row.id);
    await expect.poll(async () => (await office.get('/api/agents', bearer(tokens.read.token))).status).toBe(401);
    const fresh = await createToken(tokensFile, { scope: 'read', label: null, now: Date.now() });
    await expect.poll(async () => (await office.get('/api/agents', bearer(fresh.token))).status).toBe(200);
  });

  it('counts on when the directory of its file becomes a file, and the file a FIFO', async () => {
    const { office, tokens, tokensFile } = await lockedOffice();
    const known = async () => (await office.get('/api/agents', bearer(tokens.read.token))).status;
    rmSync(tokensFile);
    execFileSync('mkfifo', [tokensFile]);
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(await known()).toBe(200);
    rmSync(dirname(tokensFile), { recursive: true });
    writeFileSync(dirname(tokensFile), '');
    // A file that is gone takes its tokens with it; the server stays.
    await expect.poll(known).toBe(401);
  });

  it('opens the socket in the first frame, as far as its scope goes', async () => {
    const { office, tokens } = await lockedOffice();
    const report = { type: 'publish', id: 1, event: 'agent_status', data: { agent: 'api', status: 'idle' } };
    const reader = listen(`${office.server.ws}/?channels=agent_status`);
    reader.ws.on('open', () => reader.send({ type: 'auth', token: tokens.read.token }));
    expect(await reader.untilType('authenticated')).toMatchObject({ scopes: ['read'] });
    await reader.untilType('synced');
    reader.send(report);
    expect(await reader.untilType('error')).toMatchObject({ data: { code: 'scope.missing', id: 1 } });
    const operator = listen(`${office.server.ws}/?channels=agent_status`);
    operator.ws.on('open', () => operator.send({ type: 'auth', token: tokens.operate.token }));
    await operator.untilType('synced');
    operator.send(report);
    expect(await operator.untilType('published')).toMatchObject({ id: 1 });
    for (const { ws } of [reader, operator]) ws.terminate();
  });
});

describe('a server', () => {
  it('does not start when its lock has no key, or when it would be open to others', async () => {
    for (const settings of [{ requireToken: true }, { host: '0.0.0.0' }]) {
      await expect(startOffice({ settings })).rejects.toMatchObject({ code: 'usage', exit: 2 });
    }
  });

  it('speaks https and wss with a certificate', async () => {
    const { tlsCert, tlsKey, cert } = makeCertificate(await emptyDirectory());
    const { server } = await startOffice({ settings: { tlsCert, tlsKey } });
    expect([server.http, server.ws]).toEqual([expect.stringMatching(/^https:/), expect.stringMatching(/^wss:/)]);
    const status = (origin: string) =>
      new Promise<unknown[]>((resolve, reject) => {
        get(`${server.http}/api/health`, { ca: cert, headers: { origin } }, (response) => {
          resolve([response.statusCode, response.headers['access-control-allow-origin']]);
          response.resume();
        }).on('error', reject);
      });
    const own = `https://localhost:${new URL(server.http).port}`;
    expect(await status(own)).toEqual([200, own]);
    expect(await status('https://localhost:1')).toEqual([200, undefined]);
    const socket = new WebSocket(server.ws, { ca: cert, origin: own });
    const first = await new Promise<string>((resolve, reject) => {
      socket.on('message', (data) => resolve(String(data))).on('error', reject);
    });
    expect(JSON.parse(first)).toMatchObject({ type: 'agent_position' });
    socket.terminate();
    await expect(fetch(server.http.replace('https', 'http'))).rejects.toThrow();
  });
});
