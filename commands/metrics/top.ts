import { Flags } from '@oclif/core';
import { workspaceLayout } from '../../src/base/index.js';
import { McCommand, MOMENT_FORMS, mustHaveWorkspace, readRange, topTable } from '../../src/cli/index.js';

export default class MetricsTop extends McCommand {
  static override summary = 'Agents ranked by a metric';
  static override here = 'workspace' as const;
  static override description =
    'Counters by how much they grew, over resets; everything else by its average. Reads the workspace’s database.';
  static override exits = ['notFound'] as const;
  static override examples = [
    '<%= config.bin %> metrics top',
    '<%= config.bin %> metrics top --by tasks_in_progress --now',
    '<%= config.bin %> metrics top --by error_rate --since 7d',
  ];
  static override flags = {
    by: Flags.string({ description: 'A metric of agents', default: 'tasks_completed' }),
    since: Flags.string({ description: `Begin: ${MOMENT_FORMS} [default: 24h]` }),
    until: Flags.string({ description: 'End, in the same forms [default: now]' }),
    now: Flags.boolean({ description: 'By the latest sample instead of a range', exclusive: ['since', 'until'] }),
    limit: Flags.integer({ description: 'Only so many', min: 1 }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(MetricsTop);
    const output = await this.open(flags);
    const range = readRange(flags, Date.now());
    await mustHaveWorkspace(output.config, { evenDefault: true });
    const { readDatabase } = await import('../../src/metrics/query/index.js');
    const { database } = workspaceLayout(output.config.workspace);
    const answer = await readDatabase(database, 'top', { ...flags, ...range }, { now: Date.now() });
    const top = { ...answer, agents: answer.agents.slice(0, flags.limit) };
    output.result(top, () => topTable(top, output.terminal));
    if (top.agents.length === 0) output.note('nothing has been sampled yet');
  }
}
