// Loaded into the server that is measured: tells its parent, when asked, how long its event loop has stood still since.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { isMainThread } from 'node:worker_threads';

if (isMainThread && process.send) {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  process.on('message', () => {
    process.send(delay.max / 1e6);
    delay.reset();
  });
  process.channel?.unref();
}
