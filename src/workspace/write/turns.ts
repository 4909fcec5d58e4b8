/**
 * One queue per file, for the whole process: files are the process's too, so two callers that know nothing of each other
 * must still not write the same one at one time. A queue goes when its last turn is over.
 */
const queues = new Map<string, Promise<unknown>>();

/** Runs `turn` when all earlier turns for this path are over, however they ended. */
export async function inTurn<T>(path: string, turn: () => Promise<T>): Promise<T> {
  const before = queues.get(path) ?? Promise.resolve();
  const mine = before.then(turn, turn);
  queues.set(path, mine);
  try {
    return await mine;
  } finally {
    if (queues.get(path) === mine) queues.delete(path);
  }
}
