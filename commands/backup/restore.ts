import { Args, Flags } from '@oclif/core';
import {
  backupsThere,
  confirm,
  holdingServer,
  McCommand,
  progressLine,
  restoreText,
  restoreThrough,
} from '../../src/cli/index.js';
import { restoreAnswer } from '../../src/protocol/index.js';

export default class BackupRestore extends McCommand {
  static override summary = 'Restore a backup, one agent of it, or chosen files';
  static override description =
    'Shows the differences and asks. What is replaced is saved in a backup of its own first; killed at any point, the next mc backup or mc serve ends it cleanly. With --to nothing of the workspace changes, and what is replaced there is kept in its .mc-kept.';
  static override exits = ['noServer', 'notFound', 'checkFailed', 'busy', 'notAllowed', 'interrupted'] as const;
  static override examples = [
    '<%= config.bin %> backup restore latest --dry-run',
    '<%= config.bin %> backup restore 20261123_033945_267 --agent api',
    '<%= config.bin %> backup restore latest --path "mission-control/*.md" --to /tmp/look',
  ];
  static override args = {
    id: Args.string({
      description: 'The backup; latest is the newest full one, never a safety backup',
      required: true,
    }),
  };
  static override flags = {
    agent: Flags.string({ description: 'Only this agent', helpValue: 'ID' }),
    path: Flags.string({
      description: 'Only what matches, relative to the workspace; can be repeated',
      helpValue: 'GLOB',
      multiple: true,
    }),
    to: Flags.string({ description: 'Restore into another directory', helpValue: 'DIR' }),
    'dry-run': Flags.boolean({ description: 'Only show what would change' }),
    overwrite: Flags.string({
      description: 'Which existing files are replaced',
      options: ['always', 'if-changed', 'never'],
      default: 'if-changed',
    }),
    delete: Flags.boolean({ description: 'Delete what the backup would have included and does not hold' }),
    'with-database': Flags.boolean({
      description: 'Restore the metrics database too; a server that runs lets go of it meanwhile',
    }),
    yes: Flags.boolean({ char: 'y', description: 'Do not ask' }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(BackupRestore);
    const output = await this.open(flags);
    const { openCommandBackups } = backupsThere(output.config) ?? (await import('../../src/backup/index.js'));
    const backups = await openCommandBackups(output.config, (text) => output.note(text), { strict: true });
    const progress = progressLine(process.stderr, flags.quiet);
    const choice = {
      agent: flags.agent ?? null,
      paths: flags.path ?? [],
      overwrite: flags.overwrite as 'always' | 'if-changed' | 'never',
      delete: flags.delete,
      withDatabase: flags['with-database'],
    };
    const { to = null } = flags;
    const restore = (dryRun: boolean) =>
      backups.restore(args.id, { ...choice, to, dryRun, leaveFiles }, progress.update).finally(() => progress.clear());
    // Where nobody was asked, because there was nothing to ask about, nothing that comes in between is replaced.
    let leaveFiles = false;
    if (!flags.yes || flags['dry-run']) {
      const seen = await restore(true);
      if (flags['dry-run']) return output.result(restoreAnswer(seen), () => restoreText(seen));
      output.note(restoreText(seen));
      leaveFiles = seen.restored + seen.deleted === 0;
      if (!leaveFiles) await confirm('Restore?', false);
    }
    const server = choice.withDatabase && to === null && !leaveFiles ? await holdingServer(output.config) : null;
    const report = server ? await restoreThrough(server, args.id, choice) : await restore(false);
    output.result(restoreAnswer(report), () => restoreText(report));
  }
}
