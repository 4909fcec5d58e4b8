import { cronTable, McCommand, reachServer } from '../src/cli/index.js';

export default class Cron extends McCommand {
  static override summary = 'What runtimes run by a schedule, how it went and when it is next';
  static override exits = ['noServer', 'notAllowed'] as const;
  static override examples = ['<%= config.bin %> cron', '<%= config.bin %> cron --json'];

  async run(): Promise<void> {
    const { flags } = await this.parse(Cron);
    const output = await this.open(flags);
    const { rest } = await reachServer(output.config);
    const answer = await rest.cron();
    output.result(answer, () => cronTable(answer.jobs, output.terminal, Date.now()));
    if (answer.jobs.length === 0) output.note('no jobs');
  }
}
