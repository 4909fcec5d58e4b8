import { Flags } from '@oclif/core';
import { cleanText, confirm, diagnose, doctorText, machineProbes, McCommand, mendAll } from '../src/cli/index.js';
import type { Config } from '../src/base/index.js';
import { EXIT } from '../src/protocol/index.js';

export default class Doctor extends McCommand {
  static override summary = 'Look for what is wrong here, and name the command that mends it';
  static override configFaults = 'own' as const;
  static override description =
    'Workspace, permissions, ports and who holds them, limits of watches, disk space, the database, backups and their archives, clocks, locks and pid files that were left over, secrets, tokens, runtimes, the server, its clients and the targets of alerts. Works without a server and changes nothing. With --fix it mends what is safe: it removes locks and pid files of processes that have ended, and takes files with secrets away from others (mode 600).';
  static override exits = ['checkFailed', 'interrupted'] as const;
  static override examples = [
    '<%= config.bin %> doctor',
    '<%= config.bin %> doctor --workspace ~/fleet --json',
    '<%= config.bin %> doctor --fix --dry-run',
    '<%= config.bin %> doctor --fix --yes',
  ];
  static override flags = {
    fix: Flags.boolean({ description: 'Mend what is safe to mend, then look again' }),
    'dry-run': Flags.boolean({ description: 'With --fix: only show what it would do', dependsOn: ['fix'] }),
    yes: Flags.boolean({ char: 'y', description: 'With --fix: do not ask', dependsOn: ['fix'] }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Doctor);
    const output = await this.open(flags);
    const look = () => diagnose(output.config, probesOfRooms(output.config));
    let { mends, ...answer } = await look();
    if (!flags.fix) output.result(answer, () => doctorText(answer, output.terminal));
    else if (flags['dry-run']) {
      const would = mends.map(({ name, does }) => ({ name, message: does }));
      const lines = would.map(({ name, message }) => cleanText(`would mend ${name}: ${message}`));
      output.result({ ...answer, dry_run: true, would }, () =>
        [doctorText(answer, output.terminal), ...lines].join('\n'),
      );
    } else {
      for (const { does } of mends) output.note(cleanText(`mc doctor ${does}`));
      if (mends.length > 0) await confirm(`Mend ${mends.length === 1 ? 'it' : 'them'}?`, flags.yes);
      const fixed = await mendAll(mends);
      ({ mends, ...answer } = await look());
      output.result({ ...answer, fixed }, () => doctorText(answer, output.terminal));
      for (const { message } of fixed.filter(({ done }) => !done)) output.note(cleanText(`not mended: ${message}`));
      if (fixed.length === 0) output.note('nothing that --fix can mend');
    }
    if (!answer.ok) process.exitCode = EXIT.checkFailed;
  }
}

/** How the doctor looks into rooms that the command line does not know; each is loaded when it is looked into. */
function probesOfRooms({ values }: Config) {
  return machineProbes({
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
    async archives(layout) {
      const { archivesOnRecord } = await import('../src/backup/catalog/on-record.js');
      return archivesOnRecord(layout);
    },
    async tokens() {
      const { readTokens, tokensPath } = await import('../src/server/auth/index.js');
      return readTokens(tokensPath()).map(({ scope }) => scope);
    },
    async targets() {
      const { alertsFilePath, readTargets } = await import('../src/alerts/delivery/target-file.js');
      return readTargets(values.alertsFile ?? alertsFilePath()).map(({ name }) => name);
    },
  });
}
