import { Args } from '@oclif/core';
import { McCommand, starterText, writeStarter } from '../src/cli/index.js';

export default class Init extends McCommand {
  static override summary = 'Write a starter workspace; never overwrites anything';
  static override here = 'machine' as const;
  static override examples = ['<%= config.bin %> init', '<%= config.bin %> init ./office'];
  static override args = { dir: Args.string({ description: 'Where; by default the workspace in force' }) };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Init);
    const desk = await this.open(flags);
    const starter = await writeStarter(args.dir ?? desk.config.workspace, Date.now());
    desk.result(starter, () => starterText(starter));
  }
}
