import { Flags } from '@oclif/core';
import {
  candidatesFor,
  describeProgram,
  type KnownCommand,
  liveWords,
  McCommand,
  SHELLS,
  type Shell,
  shellWords,
} from '../src/cli/index.js';
import { type Config, workspaceLayout } from '../src/base/index.js';

export default class Complete extends McCommand {
  static override summary = 'Print what may stand next on a command line, one word a line';
  static override description =
    'What the script of mc autocomplete asks at each Tab. Prints nothing where it knows nothing.';
  static override examples = ['<%= config.bin %> complete --shell zsh -- agents show a'];
  static override hidden = true;
  static override configFaults = 'own' as const;
  static override strict = false;
  static override usage = 'complete [FLAGS] -- WORD...';
  static override flags = {
    shell: Flags.option({ options: SHELLS, description: 'How words are quoted', default: 'bash' as Shell })(),
    next: Flags.boolean({ description: 'A new word begins after those that are given', allowNo: true }),
  };

  async run(): Promise<void> {
    const { argv, flags } = await this.parse(Complete);
    const words = [...(argv as string[]), ...(flags.next ? [''] : [])];
    const typed = words.at(-1) ?? '';
    const before = words.slice(0, -1);
    const { commands } = (await describeProgram(this.config)) as unknown as { commands: KnownCommand[] };
    const { words: known, live } = candidatesFor(before, typed, commands);
    let found: string[] = [];
    if (live !== null) {
      const output = await this.open({ ...flags, ...placeIn(before) });
      found = await liveWords(output.config, live, backupIds);
    }
    const lines = shellWords([...known, ...found], typed, flags.shell).map((word) => `${word}\n`);
    // A server that hangs must not keep the shell waiting.
    process.stdout.write(lines.join(''), () => process.exit(0));
  }
}

/** The workspace and server that the line itself names. */
function placeIn(words: readonly string[]): Record<string, string> {
  const place: Record<string, string> = {};
  for (const [at, word] of words.entries()) {
    const [, name = '', value = words[at + 1]] = /^(-w|--workspace|--server|--token-file)(?:=(.*))?$/.exec(word) ?? [];
    if (name !== '' && value !== undefined) place[name === '-w' ? 'workspace' : name.slice(2)] = value;
  }
  return place;
}

async function backupIds({ workspace }: Config): Promise<string[]> {
  const { backupsOnRecord } = await import('../src/backup/catalog/on-record.js');
  return (await backupsOnRecord(workspaceLayout(workspace))).map(({ id }) => id);
}
