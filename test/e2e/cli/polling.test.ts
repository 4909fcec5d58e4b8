import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { firstLine, makePlace, type Place, type Ready, type Running } from './mc.js';

let place: Place;
beforeAll(async () => {
  place = await makePlace();
});
afterAll(() => place.clear());

/** A user namespace has a count of watches of its own; not every machine lets one be made. */
const LIMITED = 'echo 3 > /proc/sys/user/max_inotify_watches; exec "$0" "$@"';

it.runIf(canLimit())('without watches it polls: degraded, one notification, one line in the log', async () => {
  const bin = join(import.meta.dirname, '../../../bin/run.js');
  const args = [bin, 'serve', '-w', place.office, '--port', '0', '--ws-port', '0', '--json'];
  const child = execa('unshare', ['-Ur', '/bin/sh', '-c', LIMITED, process.execPath, ...args], {
    extendEnv: false,
    env: place.env,
    reject: false,
    timeout: 60_000,
  });
  const { http } = JSON.parse(await firstLine(child as unknown as Running)) as Ready;
  const ask = async (path: string) => (await fetch(`${http}${path}`)).json();
  expect(await ask('/api/health')).toMatchObject({
    status: 'degraded',
    services: { watcher: expect.stringContaining('polling, because the system is out of inotify watches') },
  });
  expect((await fetch(`${http}/readyz`)).status).toBe(200);
  const { notifications } = (await ask('/api/notifications')) as { notifications: { title: string }[] };
  expect(notifications.filter(({ title }) => title === 'Files are polled')).toHaveLength(1);
  child.kill('SIGTERM');
  const { exitCode, stderr } = await child;
  expect(exitCode).toBe(0);
  expect(stderr.split('\n').filter((line) => /WARN.*inotify/.test(line))).toHaveLength(1);
  expect(stderr).not.toMatch(/^\s+at /m);
});

function canLimit(): boolean {
  try {
    execFileSync('unshare', ['-Ur', '/bin/sh', '-c', 'echo 3 > /proc/sys/user/max_inotify_watches'], {
      stdio: 'ignore',
    });
    return true;
  } catch {
    return false;
  }
}
