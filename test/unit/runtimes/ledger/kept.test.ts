import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { FileRecord } from '../../../../src/runtimes/ledger/contract.js';
import { openLedger } from '../../../../src/runtimes/ledger/ledger.js';
import { flatPrices } from '../../../support/responses.js';
import { scratch } from '../../../support/scratch.js';

async function open(path = join(scratch(), 'usage.db')) {
  const { ledger } = await openLedger(path, flatPrices());
  onTestFinished(() => ledger.close());
  return ledger;
}

const record = (of: Partial<FileRecord> = {}): FileRecord => ({
  dev: 2 ** 40,
  ino: 2 ** 52,
  size: 10,
  mtimeMs: 1_763_640_000_000.25,
  offset: 9,
  head: 'abc',
  state: { turn: null, names: ['x'] },
  account: { lines: 5, malformed: 1, responses: 2, errors: 1, dropped: { repeat: 3 }, unknown: { odd: 1 } },
  ...of,
});

describe('what is kept of files', () => {
  it('comes back as it was, of each runtime and path by itself', async () => {
    const path = join(scratch(), 'usage.db');
    const ledger = await open(path);
    ledger.putFile('codex', '/home/dev/secret/a.jsonl', record());
    expect(ledger.file('codex', '/home/dev/secret/a.jsonl')).toEqual(record());
    expect(ledger.file('claude-code', '/home/dev/secret/a.jsonl')).toBeNull();
    ledger.putFile('codex', '/home/dev/secret/a.jsonl', record({ offset: 10 }));
    expect(ledger.file('codex', '/home/dev/secret/a.jsonl')?.offset).toBe(10);
    ledger.close();
    expect(readFileSync(path).includes('secret')).toBe(false);
  });

  it('goes with the file, but for its account', async () => {
    const ledger = await open();
    ledger.putFile('codex', 'a', record());
    ledger.putFile('codex', 'b', record());
    ledger.forgetFile('codex', 'a');
    expect(ledger.file('codex', 'a')).toBeNull();
    expect(ledger.reconcile().accounts).toMatchObject([
      {
        runtime: 'codex',
        files: 1,
        read: { lines: 10, malformed: 2, responses: 4, errors: 2, dropped: { repeat: 6 }, unknown: { odd: 2 } },
      },
    ]);
    ledger.putFile('codex', 'a', record({ size: 11 }));
    expect(ledger.file('codex', 'a')?.size).toBe(11);
    expect(ledger.reconcile().accounts[0]?.files).toBe(2);
  });
});

describe('errors', () => {
  const error = { session: 's', at: 5, code: 'rate_limit', http_status: 429, resets_at: '2026-11-20T12:00:00.000Z' };

  it('are kept once, and told with whose they are', async () => {
    const ledger = await open();
    expect(ledger.putErrors('claude-code', [error, error, { ...error, at: 6 }])).toBe(2);
    expect(ledger.putErrors('claude-code', [error])).toBe(0);
    ledger.putErrors('codex', [{ ...error, session: 't', code: 'x\ny', http_status: null, resets_at: null }]);
    ledger.putSessions('claude-code', [{ id: 's', agent: 'claude-code:a', project: 'a', rank: 1 }]);
    expect(ledger.errors({ runtime: 'claude-code', until: 6 })).toEqual([
      { runtime: 'claude-code', agent: 'claude-code:a', ...error },
    ]);
    expect(ledger.errors({ since: 6 }).map(({ at }) => at)).toEqual([6]);
    expect(ledger.errors({ session: 't' })).toMatchObject([{ agent: null, code: 'x\uFFFDy' }]);
  });

  it('are the session’s that comes first where a fork copies them', async () => {
    const ledger = await open();
    ledger.putErrors('claude-code', [
      { ...error, session: 'fork' },
      { ...error, session: 'original' },
    ]);
    const fact = { agent: 'claude-code:a', project: 'a' };
    ledger.putSessions('claude-code', [
      { id: 'fork', rank: 20, ...fact },
      { id: 'original', rank: 3, ...fact },
    ]);
    expect(ledger.errors({})).toMatchObject([{ session: 'original' }]);
    expect(ledger.errors({ session: 'fork' })).toEqual([]);
  });
});
