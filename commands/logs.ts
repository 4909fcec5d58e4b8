import { Flags } from '@oclif/core';
import { LEVELS, lineText, McCommand, MOMENT_FORMS, readRange, showLogs, watchSignals } from '../src/cli/index.js';

/** So many lines are shown unless a time or a number is asked for. */
const LINES = 100;

export default class Logs extends McCommand {
  static override summary = 'Show the log of the server in the background';
  static override here = 'server' as const;
  static override description =
    'Readable for people; with --json the lines as they stand in the file, one JSON document each. -f goes on over rotation, until Ctrl-C.';
  static override exits = ['notFound', 'interrupted'] as const;
  static override examples = [
    '<%= config.bin %> logs -f --level warn --since 1h',
    '<%= config.bin %> logs -n 20',
    '<%= config.bin %> logs --since 24h --json | jq .msg',
  ];
  static override flags = {
    follow: Flags.boolean({ char: 'f', description: 'Go on with what is logged from now on' }),
    lines: Flags.integer({
      char: 'n',
      helpValue: 'N',
      min: 0,
      max: 1_000_000,
      description: `The newest N lines [default: ${LINES}; all with --since]`,
    }),
    since: Flags.string({ helpValue: 'TIME', description: `Not what is older: ${MOMENT_FORMS}` }),
    level: Flags.option({ options: LEVELS, description: 'Not what is less grave' })(),
    'log-file': Flags.string({
      helpValue: 'FILE',
      description: 'The log, where it is not the usual one [env: MC_LOG_FILE]',
    }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Logs);
    const output = await this.open(flags);
    const { since } = readRange({ since: flags.since }, Date.now());
    const question = {
      since: since === undefined ? null : Date.parse(since),
      level: flags.level ?? null,
      last: flags.lines ?? (since === undefined ? LINES : null),
    };
    await showLogs(
      output.config,
      question,
      (line) => {
        // A line of another kind is no document.
        if (output.json && line.fields === null) output.note(lineText(line, output.terminal));
        else output.item(line.fields, lineText(line, output.terminal));
      },
      flags.follow ? watchSignals().signal : null,
    );
  }
}
