import { Flags } from '@oclif/core';
import { agentsTable, McCommand, reachServer, WATCH_FLAG, watchList } from '../../src/cli/index.js';
import { AGENT_STATUSES } from '../../src/protocol/index.js';

export default class AgentsList extends McCommand {
  static override summary = 'List the fleet, trouble first';
  static override exits = ['noServer', 'notAllowed', 'interrupted'] as const;
  static override examples = [
    '<%= config.bin %> agents list',
    '<%= config.bin %> agents list --status error --json',
    '<%= config.bin %> agents list --watch',
  ];
  static override flags = {
    ...WATCH_FLAG,
    status: Flags.string({ description: 'Only agents of this status', options: AGENT_STATUSES }),
  };

  async run(): Promise<void> {
    const {
      flags: { watch, ...flags },
    } = await this.parse(AgentsList);
    const output = await this.open(flags);
    const ask = async () => {
      const answer = await (await reachServer(output.config)).rest.agents();
      const agents = answer.agents.filter(
        (row) => flags.status === undefined || row.normalized_status === flags.status,
      );
      const text = () => agentsTable(agents, output.terminal, Date.now());
      return { value: { ...answer, agents }, text, agents };
    };
    if (watch) return watchList(output, ['agent_status', 'agent_removed', 'agent_activity'], ask);
    const { value, text, agents } = await ask();
    output.result(value, text);
    if (agents.length === 0) output.note(flags.status ? `no agent is ${flags.status}` : 'no agents yet');
  }
}
