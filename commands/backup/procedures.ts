import { backupsThere, McCommand, proceduresText } from '../../src/cli/index.js';

export default class BackupProcedures extends McCommand {
  static override summary = 'The recovery runbook with this installation’s own paths and ids';
  static override exits = ['noServer', 'notAllowed'] as const;
  static override examples = ['<%= config.bin %> backup procedures'];

  async run(): Promise<void> {
    const { flags } = await this.parse(BackupProcedures);
    const output = await this.open(flags);
    const { openCommandBackups } = backupsThere(output.config) ?? (await import('../../src/backup/index.js'));
    const backups = await openCommandBackups(output.config, (text) => output.note(text));
    const procedures = await backups.procedures();
    output.result(procedures, () => proceduresText(procedures));
  }
}
