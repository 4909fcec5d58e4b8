import { Args, Flags } from '@oclif/core';
import { cleanText, McCommand, reachServer, readDue, readWords } from '../../src/cli/index.js';
import { checkNewTask } from '../../src/workspace/index.js';

export default class TasksAdd extends McCommand {
  static override summary = 'Add a task to mission-control/PENDING_TASKS.md';
  static override exits = ['noServer', 'notAllowed'] as const;
  static override examples = [
    '<%= config.bin %> tasks add "Rotate the keys" --assignee watchman --priority P0',
    'git log -1 --format=%s | <%= config.bin %> tasks add -',
  ];
  static override args = { text: Args.string({ description: 'What is to be done, or - for stdin', required: true }) };
  static override flags = {
    assignee: Flags.string({ description: 'Who is to do it' }),
    priority: Flags.string({ description: 'How much it presses: P0 to P3' }),
    due: Flags.string({ description: 'By when: 2026-02-21, or 2026-02-21 14:30' }),
    'dry-run': Flags.boolean({ description: 'Only show what would be added', default: false }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(TasksAdd);
    const output = await this.open(flags);
    const { assignee, priority } = flags;
    const due = flags.due === undefined ? undefined : readDue(flags.due);
    const task = {
      title: await readWords(args.text, 'the task'),
      ...(assignee === undefined ? {} : { assignee }),
      ...(priority === undefined ? {} : { priority }),
      ...(due === undefined ? {} : { due }),
    };
    checkNewTask(task);
    const { rest } = await reachServer(output.config);
    if (flags['dry-run']) return output.result({ dry_run: true, task }, () => cleanText(`would add: ${task.title}`));
    const answer = await rest.createTasks([task]);
    output.result(answer, () => cleanText(`${answer.ids.join(', ')} stands in ${answer.file_path}`));
  }
}
