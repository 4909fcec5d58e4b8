import { Flags } from '@oclif/core';
import { collectStatus, McCommand, noServerLine, reachServer, statusLine, statusText } from '../src/cli/index.js';

export default class StatusCommand extends McCommand {
  static override summary = 'Show how the fleet is: who needs me?';
  static override exits = ['noServer', 'notAllowed'] as const;
  static override examples = [
    '<%= config.bin %> status --once',
    '<%= config.bin %> status --json',
    "tmux set -g status-right '#(<%= config.bin %> status --line)'",
  ];
  static override flags = {
    once: Flags.boolean({ description: 'One table, then end', exclusive: ['line'] }),
    line: Flags.boolean({ description: 'One line, for a tmux or shell prompt' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(StatusCommand);
    const desk = await this.open(flags);
    try {
      const status = await collectStatus(await reachServer(desk.config));
      const line = () => statusLine(status, desk.terminal);
      desk.result(status, () => (flags.line ? line() : statusText(status, desk.terminal, Date.now())));
    } catch (error) {
      // A prompt shows stdout only.
      if (flags.line && !desk.json) process.stdout.write(`${noServerLine(desk.terminal)}\n`);
      throw error;
    }
  }
}
