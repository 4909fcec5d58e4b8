// Processes of a bench: asked and answered over their channel, each on the core that it is given.
import { fork, spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';

/** Starts a file of this folder in a process of its own. */
export function startChild(file, ...args) {
  return fork(fileURLToPath(new URL(file, import.meta.url)), args, { execArgv: ['--expose-gc'] });
}

/** The next message of that type. */
export function heard(from, type) {
  return new Promise((resolve, reject) => {
    const gone = (code) => reject(new Error(`a child ended with ${code} before "${type}"`));
    const listener = (message) => {
      if (message.type !== type) return;
      from.off('message', listener);
      from.off('exit', gone);
      resolve(message);
    };
    from.on('message', listener);
    from.once('exit', gone);
  });
}

/** Sends an order; resolves with the message that answers it. `answer` is its type where that is another than the order's. */
export function ask(child, order, answer = order.do) {
  const answered = heard(child, answer);
  child.send(order);
  return answered;
}

/** Ties a process with all its threads to one core; false where that cannot be done (one core only, no taskset). */
export function pin(pid, core) {
  return core < availableParallelism() && allowCores(pid, String(core));
}

/** Lets a process run on every core again. */
export function unpin(pid) {
  allowCores(pid, `0-${availableParallelism() - 1}`);
}

function allowCores(pid, cores) {
  return spawnSync('taskset', ['-a', '-c', '-p', cores, String(pid)]).status === 0;
}
