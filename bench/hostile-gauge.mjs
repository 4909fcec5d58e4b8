// Loaded into the server that is measured: tells its parent, when asked, how long its event loop has stood still since, and
// how much CPU its thread took in one go. On a machine that has other things to do the first says when the thread was given
// time, the second what it did with it.
import { readFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { isMainThread } from 'node:worker_threads';

if (isMainThread && process.send) {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const cpu = () => Number(readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'utf8').split(' ')[0]) / 1e6;
  let last = cpu();
  let most = 0;
  const look = () => {
    const now = cpu();
    most = Math.max(most, now - last);
    last = now;
    setTimeout(look, 1).unref();
  };
  look();
  process.on('message', () => {
    process.send({ stall: delay.max / 1e6, cpu: most });
    delay.reset();
    most = 0;
  });
  process.channel?.unref();
}
