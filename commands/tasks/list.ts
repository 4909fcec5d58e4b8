import { Flags } from '@oclif/core';
import { McCommand, reachServer, tasksTable, WATCH_FLAG, watchList } from '../../src/cli/index.js';
import { TASK_STATUSES } from '../../src/protocol/index.js';

export default class TasksList extends McCommand {
  static override summary = 'List the tasks of all task files';
  static override exits = ['noServer', 'notAllowed', 'interrupted'] as const;
  static override examples = [
    '<%= config.bin %> tasks list --status pending',
    '<%= config.bin %> tasks list --assignee builder --json',
    '<%= config.bin %> tasks list --watch',
  ];
  static override flags = {
    ...WATCH_FLAG,
    status: Flags.string({ description: 'Only tasks of this status', options: TASK_STATUSES }),
    assignee: Flags.string({ description: 'Only tasks of this agent' }),
  };

  async run(): Promise<void> {
    const {
      flags: { watch, ...flags },
    } = await this.parse(TasksList);
    const output = await this.open(flags);
    const ask = async () => {
      const answer = await (await reachServer(output.config)).rest.tasks();
      const tasks = answer.tasks
        .filter((task) => flags.status === undefined || task.status === flags.status)
        .filter((task) => flags.assignee === undefined || task.assignee === flags.assignee);
      return { value: { ...answer, tasks }, text: () => tasksTable(tasks, output.terminal), tasks };
    };
    if (watch) return watchList(output, ['task_update'], ask);
    const { value, text, tasks } = await ask();
    output.result(value, text);
    if (tasks.length === 0) output.note('no such tasks');
  }
}
