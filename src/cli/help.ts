import { CommandHelp, Help } from '@oclif/core';
import type { Command } from '@oclif/core';
import { EXIT } from '../protocol/index.js';

const MEANINGS: Record<keyof typeof EXIT, string> = {
  done: 'done',
  failed: 'failed for a reason of ours or the machine’s',
  usage: 'wrong usage, or bad input or config',
  noServer: 'no server answers',
  notFound: 'what was named does not exist',
  checkFailed: 'a check or a verification failed',
  busy: 'busy: another process holds the lock, or the port is taken',
  notAllowed: 'not allowed (token missing or wrong)',
  interrupted: 'interrupted',
};
const ALWAYS: readonly (keyof typeof EXIT)[] = ['done', 'failed', 'usage'];

/** Help that also lists the exit statuses of a command. */
export class McHelp extends Help {
  protected override CommandHelpClass = McCommandHelp;
}

class McCommandHelp extends CommandHelp {
  protected override sections() {
    const { exits } = this.command as Command.Loadable & { exits?: readonly (keyof typeof EXIT)[] };
    return [...super.sections(), { header: 'EXIT STATUS', generate: () => exitLines(exits ?? []) }];
  }
}

function exitLines(exits: readonly (keyof typeof EXIT)[]): string {
  return [...ALWAYS, ...exits]
    .map((name) => ({ status: EXIT[name], meaning: MEANINGS[name] }))
    .sort((a, b) => a.status - b.status)
    .map(({ status, meaning }) => `${String(status).padStart(3)}  ${meaning}`)
    .join('\n');
}
