import { join } from 'node:path';
import { makeOwnDirectory, packageVersion, readOwn, stateDirectory, writeFileAtomic } from '../base/index.js';
import { ageOf } from '../protocol/index.js';
import { isNewer } from '../view/index.js';
import { cleanText } from './clean.js';
import { answeredVersion } from './reach/reach.js';

const DAY_MS = 24 * 3_600_000;

/** Where and when a note is said; each can be another's in a test. */
export interface NotePlace {
  /** On a terminal only: scripts have no use for it. */
  terminal: boolean;
  /** Milliseconds since the epoch. */
  now: number;
  /** The user's own directory. @throws McError where there is none */
  directory: () => string;
  ours: string;
  /** Of the server that this command has talked to; null: none. */
  theirs: string | null;
}

/**
 * What to say when the program that is installed is newer than the server that runs: once a day. Null when there is nothing
 * to say, or it was said, or it cannot be remembered that it was. Asks nobody: the server has told its version by itself.
 */
export async function updateNote({ terminal, now, directory, ours, theirs }: NotePlace): Promise<string | null> {
  if (!terminal || theirs === null || !isNewer(ours, theirs)) return null;
  try {
    const own = directory();
    const path = join(own, 'update-note.json');
    const said = (await readOwn(path)) as { at?: unknown } | null;
    const age = typeof said?.at === 'number' ? ageOf(said.at, now) : null;
    if (age !== null && age < DAY_MS) return null;
    await makeOwnDirectory(own);
    await writeFileAtomic(path, `${JSON.stringify({ at: now, ours, theirs })}\n`, { mode: 0o600 });
  } catch {
    return null;
  }
  return cleanText(
    `the server runs ${theirs}, and ${ours} is installed: start it again (mc restart, or stop and start mc serve)`,
  );
}

/** Says it on stderr, after the command has done its work. `argv`: the command's words. */
export async function sayUpdateNote(argv: readonly string[]): Promise<void> {
  const isQuiet = argv.includes('--quiet') || argv.includes('-q');
  const note = await updateNote({
    terminal: process.stderr.isTTY && !isQuiet,
    now: Date.now(),
    directory: stateDirectory,
    ours: packageVersion(),
    theirs: answeredVersion(),
  });
  if (note !== null) process.stderr.write(`${note}\n`);
}
