import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { answer, makeOwnHome, NOW, type OwnHome, prompt, put } from './own-home.js';
import { type Reader, readOpenclaw, sessionOf } from './reading.js';

function readerOf(home: OwnHome): Reader {
  const reader = readOpenclaw(home);
  onTestFinished(() => reader.reader.close());
  return reader;
}

function lock(home: OwnHome, body: unknown, config = join(home.state, 'openclaw.json')): void {
  const hash = createHash('sha256').update(config).digest('hex').slice(0, 8);
  const folder = join(home.root, 'tmp', 'openclaw-1000');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `gateway.${hash}.lock`), JSON.stringify(body));
}

const alive = (start: string | undefined) => ({
  startOf: (pid: number) => (pid === 99 ? start : null),
  holdsLock: () => null,
});

describe('the gateway', () => {
  it('runs while the process of its lock does, since the lock is there', () => {
    const home = makeOwnHome();
    lock(home, { pid: 99, createdAt: '2026-11-20T10:00:00.000Z', startTime: 7 });
    const { gateway } = readerOf(home).look(NOW, alive('7'));
    expect(gateway).toEqual({
      status: 'working',
      reason: 'gateway',
      detail: null,
      since: '2026-11-20T10:00:00.000Z',
      evidence: { source: 'process', file: 'gateway lock', field: 'pid', value: '99' },
    });
  });

  it.each([
    ['its process is gone', { pid: 98 }, '7'],
    ['another process has its pid', { pid: 99, startTime: 6 }, '7'],
    ['its lock is of nothing', 'x', '7'],
  ])('does not run when %s', (_, body, start) => {
    const home = makeOwnHome();
    lock(home, body);
    expect(readerOf(home).look(NOW, alive(start)).gateway).toBeNull();
  });

  it('is not the one of another config', () => {
    const home = makeOwnHome();
    lock(home, { pid: 99 }, '/somewhere/else/openclaw.json');
    expect(readerOf(home).look(NOW, alive('7')).gateway).toBeNull();
  });

  it('is believed where processes cannot be looked at', () => {
    const home = makeOwnHome();
    lock(home, { pid: 99 });
    expect(readerOf(home).look(NOW, alive(undefined)).gateway).toMatchObject({ status: 'working' });
  });

  it('runs by its database when there is no lock, and every session is gone when it ends', () => {
    const home = makeOwnHome();
    const database = home.database();
    put(database, 's1', [prompt(), answer(10)]);
    database.close();
    const global = home.global();
    const reader = readerOf(home);
    const running = reader.look();
    expect(running.gateway?.evidence).toEqual({
      source: 'database',
      file: '.openclaw/state/openclaw.sqlite',
      field: 'gateway_boot_lifecycle.pid',
      value: '4711',
    });
    expect(sessionOf(running, 's1').live.status).toBe('waiting');
    global.exec(`UPDATE gateway_boot_lifecycle SET completed_at_ms = ${NOW}`);
    const ended = reader.look(NOW + 1000);
    expect(ended.gateway).toBeNull();
    expect(sessionOf(ended, 's1').live).toEqual({
      status: 'gone',
      reason: null,
      detail: null,
      since: null,
      evidence: { source: 'process', file: 'gateway lock', field: 'pid', value: null },
    });
    global.close();
  });

  it('asks for an approval until it is answered, expires or begins anew', () => {
    const home = makeOwnHome();
    const database = home.database();
    put(database, 's1', [answer(10, { stopReason: 'toolUse' })]);
    put(database, 's2', [prompt()]);
    database.close();
    const global = home.global();
    onTestFinished(() => {
      global.close();
    });
    const ask = global.prepare('INSERT INTO operator_approvals VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)');
    ask.run('a1', 'pending', 'main', 'agent:main:s1', 's1', 'exec', 'boot-1', NOW - 1000, NOW + 100_000);
    ask.run('a2', 'pending', null, 'agent:main:s2', null, 'write', 'boot-1', NOW - 1000, NOW + 600_000);
    ask.run('a3', 'pending', 'main', null, 's2', 'old', 'boot-0', NOW - 9000, NOW + 600_000);
    const reader = readerOf(home);
    const lives = (now: number) => {
      const look = reader.look(now);
      return ['s1', 's2'].map((id) => {
        const { status, reason, detail } = sessionOf(look, id).live;
        return `${status} ${reason} ${detail}`;
      });
    };
    expect(lives(NOW)).toEqual(['waiting permission exec', 'waiting permission write']);
    expect(lives(NOW + 120_000)).toEqual(['working inferred null', 'waiting permission write']);
    global.exec("UPDATE operator_approvals SET status = 'approved' WHERE approval_id = 'a2'");
    expect(lives(NOW + 121_000)).toEqual(['working inferred null', 'working inferred null']);
  });
});
