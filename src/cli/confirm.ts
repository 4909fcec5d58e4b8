import { createInterface } from 'node:readline/promises';
import { McError } from '../base/index.js';

/** The streams of a question. */
export interface Conversation {
  input: NodeJS.ReadableStream & { isTTY?: boolean };
  output: NodeJS.WritableStream & { isTTY?: boolean };
  /** Where the result goes: with that in a file or a pipe the command is part of a script, which is not asked. */
  results: { isTTY?: boolean };
}

/**
 * Asks before something is replaced or deleted. On a terminal a person answers; elsewhere only `--yes` does.
 * @throws McError `confirm.required` without a terminal and without --yes; `interrupted` when the answer is no
 */
export async function confirm(question: string, yes: boolean, conversation: Conversation = standard()): Promise<void> {
  if (yes) return;
  const { input, output, results } = conversation;
  if (!input.isTTY || !output.isTTY || !results.isTTY) {
    throw new McError('confirm.required', 'this changes or deletes files, and no terminal is here to ask on', {
      hint: 'see what it would do with --dry-run, then say --yes',
    });
  }
  const asking = createInterface({ input, output });
  try {
    const answer = await asking.question(`${question} [y/N] `);
    if (!/^y(es)?$/i.test(answer.trim())) throw new McError('interrupted', 'nothing was changed');
  } finally {
    asking.close();
  }
}

function standard(): Conversation {
  return { input: process.stdin, output: process.stderr, results: process.stdout };
}
