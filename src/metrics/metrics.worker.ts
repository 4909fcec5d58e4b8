/** Prepares, checkpoints and reads the database in a thread of its own. */
import { answerRequests, movable } from '../base/threads.js';
import { type Asked, perform } from './jobs.js';
import { packSqliteError } from './thread.js';

answerRequests(({ name, input }: Asked) => perform(name, input as never), {
  pack: packSqliteError,
  transfer: (answer) => movable(answer instanceof Uint8Array ? [answer] : []),
});
