import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { processesHere } from '../../../src/runtimes/processes-here.js';
import { scratch } from '../../support/scratch.js';

/** Of util-linux. */
const FLOCK = 'flock';
const onLinux = process.platform === 'linux';

describe.runIf(onLinux)('processes of Linux', () => {
  it('have a start, whatever they are called', () => {
    const name = `/proc/${process.pid}/comm`;
    const before = readFileSync(name, 'utf8');
    const start = processesHere().startOf(process.pid);
    expect(start).toMatch(/^\d+$/);
    onTestFinished(() => writeFileSync(name, before));
    for (const called of [') 1 (2', 'a b c d', '((((', '))) S 1 2 3']) {
      writeFileSync(name, called);
      expect(processesHere().startOf(process.pid)).toBe(start);
    }
  });

  it('have none when they are not there', async () => {
    const child = spawn(process.execPath, ['-e', '']);
    await once(child, 'exit');
    expect(processesHere().startOf(child.pid as number)).toBeNull();
    expect(processesHere().startOf(-1)).toBeNull();
  });

  it('hold a lock while they live, and not those of other files', async ({ skip }) => {
    const directory = scratch();
    const [held, free] = [join(directory, 'held.lock'), join(directory, 'free.lock')];
    writeFileSync(held, '');
    writeFileSync(free, '');
    // `flock` runs the command, which inherits the locked file; it says that it runs and waits for the end of its input.
    const child = spawn(FLOCK, [held, 'sh', '-c', 'echo locked; cat'], { stdio: ['pipe', 'pipe', 'ignore'] });
    const said = await Promise.race([once(child.stdout, 'data'), once(child, 'error')]);
    if (said[0] instanceof Error) return skip('flock of util-linux is not installed: locks are not tested');
    const closed = once(child, 'close');
    onTestFinished(() => void child.kill('SIGKILL'));
    const processes = processesHere();
    const holdsLock = (path: string) => processes.holdsLock(path);
    if (holdsLock(held) === null) return skip('/proc/locks cannot be read: locks are not tested');
    expect([holdsLock(held), holdsLock(free), holdsLock(join(directory, 'gone'))]).toEqual([true, false, false]);
    child.stdin.end();
    await closed;
    // What is known of locks is of the moment in which it was asked first.
    expect([holdsLock(held), processesHere().holdsLock(held)]).toEqual([true, false]);
  });
});

it('of other systems are not known', () => {
  const processes = processesHere('darwin');
  expect([processes.startOf(process.pid), processes.holdsLock('/tmp')]).toEqual([undefined, null]);
});
