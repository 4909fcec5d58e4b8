import { Args, Flags } from '@oclif/core';
import { McCommand, starterText, writeStarter } from '../src/cli/index.js';

export default class Init extends McCommand {
  static override summary = 'Make a directory into a workspace; never overwrites anything';
  static override description =
    'Makes mission-control/agents, which is all that mc serve needs. With --sample also two made-up agents, an office and a task queue.';
  static override here = 'machine' as const;
  static override configFaults = 'own' as const;
  static override examples = [
    '<%= config.bin %> init',
    '<%= config.bin %> init ./office --sample',
    '<%= config.bin %> init --dry-run',
  ];
  static override args = { dir: Args.string({ description: 'Where; by default the workspace in force' }) };
  static override flags = {
    sample: Flags.boolean({ description: 'Also sample agents and tasks, to try things out' }),
    'dry-run': Flags.boolean({ description: 'Only show what would be made' }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Init);
    const output = await this.open(flags);
    // Which workspace is in force may stand in the file that cannot be taken.
    const fault = output.config.faults.find(({ kind }) => kind !== 'workspace file');
    if (args.dir === undefined && fault) throw fault.error;
    const options = { now: Date.now(), sample: flags.sample, dryRun: flags['dry-run'] };
    const starter = await writeStarter(args.dir ?? output.config.workspace, options);
    output.result(starter, () => starterText(starter));
  }
}
