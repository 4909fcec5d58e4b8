import { Args, Flags } from '@oclif/core';
import { cleanText, McCommand, quote } from '../../src/cli/index.js';

export default class AgentsAdd extends McCommand {
  static override summary = 'Add an agent: its directory in mission-control/agents';
  static override here = 'workspace' as const;
  static override description =
    'Makes a small agent.json and state.json; a running server shows the agent at once. It counts as offline until it reports.';
  static override examples = [
    '<%= config.bin %> agents add scout --role "Looks ahead" --emoji 🔭',
    '<%= config.bin %> agents add claude && <%= config.bin %> agents report claude --status busy',
  ];
  static override args = { id: Args.string({ description: 'The name of its directory', required: true }) };
  static override flags = {
    name: Flags.string({ description: 'What it is called [default: its id]' }),
    role: Flags.string({ description: 'What it does' }),
    emoji: Flags.string({ description: 'Its sign' }),
    'dry-run': Flags.boolean({ description: 'Only show what would be made', default: false }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(AgentsAdd);
    const output = await this.open(flags);
    const { addAgent } = await import('../../src/workspace/index.js');
    const { workspace } = output.config;
    const { name, role, emoji, 'dry-run': dryRun } = flags;
    const added = await addAgent(workspace, args.id, { name, role, emoji }, { now: Date.now(), dryRun });
    const verb = dryRun ? 'would create' : 'created';
    output.result({ ...added, workspace, dry_run: dryRun }, () =>
      added.files.map((file) => cleanText(`${verb}  ${added.directory}/${file}`)).join('\n'),
    );
    if (!dryRun) output.note(`next: mc agents report ${quote(args.id)} --status busy --task TEXT`);
  }
}
