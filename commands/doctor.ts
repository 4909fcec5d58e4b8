import { diagnose, doctorText, machineProbes, McCommand } from '../src/cli/index.js';
import { EXIT } from '../src/protocol/index.js';

export default class Doctor extends McCommand {
  static override summary = 'Look for what is wrong here, and name the command that mends it';
  static override configFaults = 'own' as const;
  static override description =
    'Workspace, permissions, ports, limits of watches, disk space, the database, backups, clocks, the server and its clients. Changes nothing; works without a server.';
  static override exits = ['checkFailed'] as const;
  static override examples = ['<%= config.bin %> doctor', '<%= config.bin %> doctor --workspace ~/fleet --json'];

  async run(): Promise<void> {
    const { flags } = await this.parse(Doctor);
    const desk = await this.open(flags);
    const probes = machineProbes({
      async databaseFaults(path) {
        // Before SQLite opens it: a FIFO would be waited for.
        const { faultsOfPlace } = await import('../src/metrics/store/place.js');
        const faults = faultsOfPlace(path);
        const { databaseFaults } = await import('../src/backup/pack/database.js');
        return faults.length > 0 ? faults : databaseFaults(path);
      },
      async watched(root) {
        const { surveyPlaces } = await import('../src/workspace/index.js');
        return surveyPlaces(root);
      },
      async backups(layout) {
        const { backupsOnRecord } = await import('../src/backup/catalog/on-record.js');
        return backupsOnRecord(layout);
      },
    });
    const answer = await diagnose(desk.config, probes);
    desk.result(answer, () => doctorText(answer, desk.terminal));
    if (!answer.ok) process.exitCode = EXIT.checkFailed;
  }
}
