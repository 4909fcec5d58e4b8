import { type Config, McError } from '../../base/index.js';
import type { RestClient } from '../../client/index.js';
import type { Backup, BackupCreated, BackupProcedures, RestoreReport, VerifyReport } from '../../protocol/index.js';
import { namedServer } from './find.js';
import { LONG_WORK_MS, reachServer } from './reach.js';
import { type RestoreChoice, restoreThrough } from './restore.js';

/** The backups of another server, as far as it has routes for them: the same calls as of a workspace here. Progress is not told. */
interface BackupsThere {
  list(): Promise<Backup[]>;
  get(id: string): Promise<Backup>;
  create(options: CreateThere): Promise<BackupCreated>;
  snapshot(): Promise<BackupCreated>;
  verify(id: string, deep: boolean, onUpdate?: unknown): Promise<VerifyReport>;
  verifyAll(deep: boolean, onUpdate?: unknown): Promise<VerifyReport[]>;
  restore(id: string, options: RestoreThere): Promise<RestoreReport>;
  remove(id: string): Promise<Backup>;
  procedures(): Promise<BackupProcedures>;
}

interface CreateThere {
  agent: string | null;
  label: string | null;
  exclude: readonly string[];
  includeSecrets?: boolean;
}

type RestoreThere = RestoreChoice & { to: string | null; dryRun: boolean; leaveFiles: boolean };

/** Opens the backups of the server that is named; null when none is, and those of the workspace here are meant. */
export function backupsThere(config: Config): { openCommandBackups: () => Promise<BackupsThere> } | null {
  if (namedServer(config) === null) return null;
  return {
    async openCommandBackups() {
      const { rest } = await reachServer(config, { timeoutMs: Math.max(LONG_WORK_MS, config.values.timeout) });
      return over(rest);
    },
  };
}

function over(rest: RestClient): BackupsThere {
  const list = async () => (await rest.backups()).backups;
  return {
    list,
    get: (id) => rest.backup(id),
    create({ agent, label, exclude, includeSecrets }) {
      if (exclude.length > 0) throw onlyHere('--exclude');
      if (includeSecrets === true) throw onlyHere('--include-secrets');
      const kind = agent === null ? {} : { type: 'agent_state' as const, agent };
      return rest.createBackup({ ...kind, ...(label === null ? {} : { label }) });
    },
    snapshot: () => rest.createBackup({ type: 'snapshot' }),
    verify: (id, deep) => rest.verifyBackup(id, { deep }),
    async verifyAll(deep) {
      const reports: VerifyReport[] = [];
      for (const { id } of await list()) reports.push(await rest.verifyBackup(id, { deep }));
      return reports;
    },
    restore(id, { to, dryRun, leaveFiles, ...choice }) {
      if (to !== null) throw onlyHere('--to');
      // Nothing was to be replaced, so there was no question: what comes in between stays.
      const overwrite = leaveFiles ? 'never' : choice.overwrite;
      return restoreThrough(rest, id, { ...choice, overwrite }, dryRun);
    },
    async remove(id) {
      const backup = await rest.backup(id);
      await rest.deleteBackup(backup.id);
      return backup;
    },
    procedures: () => rest.backupProcedures(),
  };
}

/** What a flag that a named server has no route for is refused with. */
export function onlyHere(flag: string): McError {
  return new McError('usage', `${flag} works on this machine only, and a server is named`, {
    hint: 'leave it out, or run the command where that server runs',
  });
}
