import { McError, workerFile } from '../../base/index.js';
import { createThread, type Thread } from '../../base/threads.js';
import type { BackupUpdate } from '../../protocol/index.js';
import type { OnUpdate } from '../progress.js';
import { inlineTools, runTask, type TaskKind, type Tasks } from './jobs.js';

/** Where the room's heavy work is done. */
export interface TaskRunner {
  run<K extends TaskKind>(kind: K, args: Tasks[K]['args'], onUpdate?: OnUpdate): Promise<Tasks[K]['result']>;
  /** Ends what is running and begins nothing more; its promise is rejected. What it had begun is cleaned up by the next run. */
  stop(): Promise<void>;
}

/** Memory of a thread that reads archives which any process may have put there, in MB. */
const LOOK_MB = 768;

/** Runs each task in a worker thread of its own. */
export function threadRunner(): TaskRunner {
  const running = new Map<Thread, McError>();
  let stopped = false;
  return {
    async run<K extends TaskKind>(kind: K, args: Tasks[K]['args'], onUpdate: OnUpdate = () => {}) {
      const interrupted = new McError('interrupted', `the ${kind} was interrupted`);
      if (stopped) throw interrupted;
      const thread = createThread({
        file: workerFile('backup'),
        name: `mc backup ${kind}`,
        died: (error) => error ?? interrupted,
        ...(kind === 'look' && { memoryMb: LOOK_MB }),
      });
      running.set(thread, interrupted);
      try {
        const onNote = (update: unknown) => onUpdate(update as BackupUpdate);
        return (await thread.ask({ kind, args }, { onNote })) as Tasks[K]['result'];
      } finally {
        running.delete(thread);
        await thread.end(interrupted);
      }
    },
    async stop() {
      stopped = true;
      await Promise.all([...running].map(([thread, interrupted]) => thread.end(interrupted)));
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
