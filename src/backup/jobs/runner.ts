import { Worker } from 'node:worker_threads';
import { McError, type PackedError, unpackError, workerFile } from '../../base/index.js';
import type { BackupUpdate } from '../../protocol/index.js';
import type { OnUpdate } from '../progress.js';
import { inlineTools, runTask, type TaskKind, type Tasks } from './jobs.js';

/** Where the room's heavy work is done. */
export interface TaskRunner {
  run<K extends TaskKind>(kind: K, args: Tasks[K]['args'], onUpdate?: OnUpdate): Promise<Tasks[K]['result']>;
  /** Ends what is running and begins nothing more; its promise is rejected. What it had begun is cleaned up by the next run. */
  stop(): Promise<void>;
}

interface Message {
  update?: BackupUpdate;
  result?: unknown;
  error?: PackedError;
}

/** Memory of a thread that reads archives which anybody may have put there, in MB. */
const LOOK_MB = 768;

/** Runs each task in a worker thread of its own. */
export function threadRunner(): TaskRunner {
  const running = new Set<Worker>();
  let stopped = false;
  return {
    run: <K extends TaskKind>(kind: K, args: Tasks[K]['args'], onUpdate: OnUpdate = () => {}) =>
      new Promise<Tasks[K]['result']>((resolve, reject) => {
        if (stopped) {
          reject(new McError('interrupted', `the ${kind} was interrupted`));
          return;
        }
        const worker = new Worker(workerFile('backup'), {
          name: `mc backup ${kind}`,
          workerData: { kind, args },
          ...(kind === 'look' && { resourceLimits: { maxOldGenerationSizeMb: LOOK_MB } }),
        });
        running.add(worker);
        worker.on('message', (message: Message) => {
          if (message.update) onUpdate(message.update);
          else if (message.error) reject(unpackError(message.error));
          else resolve(message.result as Tasks[K]['result']);
        });
        worker.on('error', reject);
        worker.on('exit', () => {
          running.delete(worker);
          reject(new McError('interrupted', `the ${kind} was interrupted`));
        });
      }),
    async stop() {
      stopped = true;
      await Promise.all([...running].map((worker) => worker.terminate()));
    },
  };
}

/** Runs tasks in this thread: for tests, and where there is nobody to keep waiting. */
export function inlineRunner(tools: typeof inlineTools = inlineTools): TaskRunner {
  return {
    run: (kind, args, onUpdate = () => {}) => runTask(kind, args, tools(onUpdate)),
    async stop() {},
  };
}
