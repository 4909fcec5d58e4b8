import { backupCard, backupsThere, McCommand, problemsText } from '../../src/cli/index.js';
import { EXIT } from '../../src/protocol/index.js';

export default class BackupSnapshot extends McCommand {
  static override summary = 'Make a quick JSON snapshot of all agent states and the office';
  static override exits = ['noServer', 'busy', 'notAllowed'] as const;
  static override examples = ['<%= config.bin %> backup snapshot'];

  async run(): Promise<void> {
    const { flags } = await this.parse(BackupSnapshot);
    const output = await this.open(flags);
    const { openCommandBackups } = backupsThere(output.config) ?? (await import('../../src/backup/index.js'));
    const backups = await openCommandBackups(output.config, (text) => output.note(text));
    const snapshot = await backups.snapshot();
    output.result(snapshot, () => backupCard(snapshot, output.terminal, Date.now()));
    const problems = problemsText(snapshot.problems);
    if (problems !== null) output.note(problems);
    if (snapshot.partial) process.exitCode = EXIT.failed;
  }
}
