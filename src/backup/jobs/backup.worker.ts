/** Does one task of the room in a thread of its own, behind everything else that runs on the machine. */
import { toMcError } from '../../base/index.js';
import { answerRequests, packError } from '../../base/threads.js';
import { lowerPriority } from '../pack/lower-priority.js';
import { realTools, runTask, type TaskKind, type Tasks } from './jobs.js';

/** What the thread is asked. */
interface Order<K extends TaskKind = TaskKind> {
  kind: K;
  args: Tasks[K]['args'];
}

lowerPriority();
answerRequests(({ kind, args }: Order, note) => runTask(kind, args, realTools(note)), {
  pack: (thrown) => packError(toMcError(thrown)),
});
