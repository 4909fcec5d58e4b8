import { parentPort, workerData } from 'node:worker_threads';
import { packError, toMcError } from '../../base/index.js';
import { stepBack } from '../pack/lower-priority.js';
import { realTools, runTask, type TaskKind, type Tasks } from './jobs.js';

/** What the thread is started with: one task. */
interface Order<K extends TaskKind = TaskKind> {
  kind: K;
  args: Tasks[K]['args'];
}

stepBack();
void carryOut(workerData as Order);

async function carryOut({ kind, args }: Order): Promise<void> {
  try {
    const result = await runTask(
      kind,
      args,
      realTools((update) => parentPort?.postMessage({ update }, [])),
    );
    parentPort?.postMessage({ result }, []);
  } catch (thrown) {
    parentPort?.postMessage({ error: packError(toMcError(thrown)) }, []);
  }
}
