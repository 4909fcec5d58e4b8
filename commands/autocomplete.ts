import { basename } from 'node:path';
import { Args } from '@oclif/core';
import { McError } from '../src/base/index.js';
import { McCommand, SHELLS, type Shell, shellScript } from '../src/cli/index.js';

export default class Autocomplete extends McCommand {
  static override summary = 'Print the script that completes mc in a shell';
  static override description =
    'Commands, flags and their values, and ids of agents, tasks, backups and metrics as they are now. Put the line of the first example that is yours into the start file of your shell. Those for bash and zsh are tried in these shells by the tests of mc; the one for PowerShell is not.';
  static override configFaults = 'own' as const;
  static override here = 'machine' as const;
  static override examples = [
    'eval "$(<%= config.bin %> autocomplete bash)"',
    'eval "$(<%= config.bin %> autocomplete zsh)"',
    '<%= config.bin %> autocomplete powershell | Out-String | Invoke-Expression',
  ];
  static override args = {
    shell: Args.string({ description: 'bash, zsh or powershell [default: that of SHELL]', options: SHELLS }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Autocomplete);
    const output = await this.open(flags);
    const named =
      (args.shell as Shell | undefined) ?? SHELLS.find((shell) => shell === basename(process.env.SHELL ?? ''));
    if (named === undefined) {
      throw new McError('usage', 'which shell is meant is not known: SHELL names none of bash, zsh and powershell', {
        hint: 'name it: mc autocomplete bash',
      });
    }
    output.result({ shell: named, script: shellScript(named) }, () => shellScript(named));
  }
}
