import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { createFileLog, openLogFile } from '../../../src/base/log.js';
import { scratch } from '../../support/scratch.js';

const ample = { maxMb: 1, keep: 2, onTrouble: () => {} };

describe('a log in a file', () => {
  it('is lines of JSON with a real time, readable by its owner only, and whole when it is closed', async () => {
    const path = join(scratch(), 'logs', 'server.log');
    const file = openLogFile({ ...ample, path });
    const log = createFileLog('info', file);
    log.info({ port: 1 }, 'hello');
    log.debug('not this');
    log.error({ err: new Error('why') }, 'broken');
    await file.close(10_000);
    const lines = readFileSync(path, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines).toEqual([
      { level: 30, time: expect.stringMatching(/^\d{4}-.*Z$/), port: 1, msg: 'hello' },
      { level: 50, time: expect.any(String), err: expect.objectContaining({ message: 'why' }), msg: 'broken' },
    ]);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('is followed by a new one when it is large, and the oldest go: all of it is bounded', async () => {
    const directory = scratch();
    const path = join(directory, 'server.log');
    const file = openLogFile({ ...ample, path });
    const text = `${'x'.repeat(99_999)}\n`;
    for (let count = 0; count < 60; count += 1) {
      file.write(text);
      // As a server does it: a little at a time.
      await new Promise((resolve) => setImmediate(resolve));
    }
    await file.close(20_000);
    expect(readdirSync(directory).sort()).toEqual(['server.log', 'server.log.1', 'server.log.2']);
    const sizes = readdirSync(directory).map((name) => statSync(join(directory, name)).size);
    expect(Math.max(...sizes)).toBeLessThan(1.2 * 1024 * 1024);
  });

  it('appends to what was there', async () => {
    const path = join(scratch(), 'server.log');
    writeFileSync(path, 'before\n');
    const file = openLogFile({ ...ample, path });
    file.write('after\n');
    await file.close(10_000);
    expect(readFileSync(path, 'utf8')).toBe('before\nafter\n');
  });

  it('never stops who logs: a file that cannot be written is said once, tried again, and what was lost is counted', async () => {
    const path = join(scratch(), 'server.log');
    mkdirSync(path);
    const onTrouble = vi.fn();
    const file = openLogFile({ ...ample, path, onTrouble, retryMs: 0 });
    file.write('lost\n');
    await expect.poll(() => onTrouble.mock.calls.length).toBe(1);
    file.write('lost too\n');
    rmSync(path, { recursive: true });
    await expect
      .poll(
        () => {
          file.write('kept\n');
          return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
        },
        { timeout: 10_000 },
      )
      .toBeGreaterThan(0);
    await file.close(10_000);
    expect(onTrouble).toHaveBeenCalledTimes(1);
    const [first, second] = readFileSync(path, 'utf8').split('\n');
    expect(JSON.parse(first ?? '')).toMatchObject({ level: 50, lost: expect.any(Number) });
    // The second line may have waited until there was a file.
    expect(['lost too', 'kept']).toContain(second);
  });
});
