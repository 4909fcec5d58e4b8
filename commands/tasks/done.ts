import { Args, Flags } from '@oclif/core';
import { askTask, cleanText, McCommand, reachServer } from '../../src/cli/index.js';
import { taskNamed } from '../../src/workspace/index.js';

export default class TasksDone extends McCommand {
  static override summary = 'Mark a task as completed, in the file it stands in';
  static override exits = ['noServer', 'notFound', 'notAllowed'] as const;
  static override examples = ['<%= config.bin %> tasks done TASK-041'];
  static override args = { id: Args.string({ description: 'Its id, or its key', required: true }) };
  static override flags = {
    'dry-run': Flags.boolean({ description: 'Only show which task is meant', default: false }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(TasksDone);
    const output = await this.open(flags);
    const { rest } = await reachServer(output.config);
    if (flags['dry-run']) {
      const { tasks } = await rest.tasks();
      const task = await askTask(rest, args.id, () => Promise.resolve().then(() => taskNamed(tasks, args.id)));
      const text = () => `would complete: ${cleanText(task.text)} (${task.source})`;
      return output.result({ dry_run: true, task }, text);
    }
    const answer = await askTask(rest, args.id, () => rest.patchTask(args.id, { status: 'completed' }));
    output.result(answer, () => `completed: ${cleanText(answer.task.text)} (${answer.task.source})`);
  }
}
