import { Args } from '@oclif/core';
import { agentCard, askAgent, McCommand, reachServer } from '../../src/cli/index.js';

export default class AgentsShow extends McCommand {
  static override summary = 'Show one agent: status and its evidence, tasks, counters, warnings';
  static override exits = ['noServer', 'notFound', 'notAllowed'] as const;
  static override examples = ['<%= config.bin %> agents show api', '<%= config.bin %> agents show api --json'];
  static override args = { id: Args.string({ description: 'Name of its directory', required: true }) };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(AgentsShow);
    const output = await this.open(flags);
    const { rest } = await reachServer(output.config);
    const agent = await askAgent(rest, args.id, () => rest.agent(args.id));
    output.result(agent, () => agentCard(agent, output.terminal, Date.now()));
  }
}
