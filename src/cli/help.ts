import { CommandHelp, Help } from '@oclif/core';
import type { Command } from '@oclif/core';
import { ALWAYS_EXITS, EXIT, EXIT_MEANINGS } from '../protocol/index.js';

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
  return [...ALWAYS_EXITS, ...exits]
    .map((name) => ({ status: EXIT[name], meaning: EXIT_MEANINGS[name] }))
    .sort((a, b) => a.status - b.status)
    .map(({ status, meaning }) => `${String(status).padStart(3)}  ${meaning}`)
    .join('\n');
}
