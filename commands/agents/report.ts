import { Args, Flags } from '@oclif/core';
import { askAgent, cleanText, McCommand, mustKnowAgent, reachServer, readReport } from '../../src/cli/index.js';

export default class AgentsReport extends McCommand {
  static override summary = 'Report what an agent does';
  static override description =
    'The report is merged into the agent’s state.json; everyone attached sees it. For scripts and hooks.';
  static override exits = ['noServer', 'notFound', 'notAllowed'] as const;
  static override examples = [
    '<%= config.bin %> agents report api --status busy --task "Replay the outage"',
    '<%= config.bin %> agents report api --status needs_input --waiting-for "which region?"',
    '<%= config.bin %> agents report api --status idle --counter tasks_completed=12',
  ];
  static override args = { id: Args.string({ description: 'Name of its directory', required: true }) };
  static override flags = {
    status: Flags.string({ description: 'A word such as active, busy, idle, error, needs_input, offline' }),
    'waiting-for': Flags.string({ description: 'What it waits for a person to do', helpValue: 'TEXT' }),
    task: Flags.string({ description: 'What it works on' }),
    zone: Flags.string({ description: 'Where in the office it is' }),
    activity: Flags.string({ description: 'Something it did, for the activity log' }),
    counter: Flags.string({
      description: 'A counter it states, such as tasks_completed=12',
      helpValue: 'NAME=NUMBER',
      multiple: true,
      multipleNonGreedy: true,
    }),
    'dry-run': Flags.boolean({ description: 'Only check the report and show it', default: false }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(AgentsReport);
    const report = readReport(flags);
    const output = await this.open(flags);
    const { rest } = await reachServer(output.config);
    if (flags['dry-run']) {
      await mustKnowAgent(rest, args.id);
      const text = () => cleanText(`would report of ${args.id}: ${JSON.stringify(report)}`);
      return output.result({ dry_run: true, agent: args.id, report }, text);
    }
    const answer = await askAgent(rest, args.id, () => rest.reportAgent(args.id, report));
    // Hooks hand what stands on stdout to the agent itself: with --quiet there is nothing.
    if (flags.quiet && !output.json) return;
    output.result(answer, () => cleanText(`${answer.agent.id} is ${answer.agent.normalized_status}`));
  }
}
