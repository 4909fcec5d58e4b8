import { Flags } from '@oclif/core';
import { agentsTable, McCommand, reachServer } from '../../src/cli/index.js';
import { AGENT_STATUSES } from '../../src/protocol/index.js';

export default class AgentsList extends McCommand {
  static override summary = 'List the fleet, trouble first';
  static override exits = ['noServer', 'notAllowed'] as const;
  static override examples = ['<%= config.bin %> agents list', '<%= config.bin %> agents list --status error --json'];
  static override flags = {
    status: Flags.string({ description: 'Only agents of this status', options: AGENT_STATUSES }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(AgentsList);
    const output = await this.open(flags);
    const answer = await (await reachServer(output.config)).rest.agents();
    const agents = answer.agents.filter((row) => flags.status === undefined || row.normalized_status === flags.status);
    output.result({ ...answer, agents }, () => agentsTable(agents, output.terminal, Date.now()));
    if (agents.length === 0) output.note(flags.status ? `no agent is ${flags.status}` : 'no agents yet');
  }
}
