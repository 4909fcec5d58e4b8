import { createHash } from 'node:crypto';
import { type Static, type TSchema, Type } from '@sinclair/typebox';
import { McError } from '../../base/index.js';
import { type BackupCreated, type BackupsAnswer, restoreAnswer } from '../../protocol/index.js';
import type { ApiContext } from './context.js';
import { type Endpoints, endpoint } from './endpoint.js';
import { keyOf, NextCursor, nextOf, PageQuery, pageOf } from './pages.js';
import { IdParams, Nullable, NullableNumber, NullableText, Time, Words } from './schemas.js';

const BackupTypes = Words(['full', 'agent_state', 'snapshot']);
const BACKUP = {
  id: Type.String(),
  timestamp: Time,
  path: Type.String(),
  size_bytes: Type.Integer(),
  size_human: Type.String(),
  file_count: Type.Integer(),
  checksum: Type.String(),
  backup_type: BackupTypes,
  compressed: Type.Boolean(),
  agent: NullableText,
  label: NullableText,
  safety: Type.Boolean(),
  verified_at: Nullable(Time),
  verify_error: NullableText,
  duration_ms: NullableNumber,
  partial: Type.Boolean(),
  holds_at: Nullable(Time),
  origin: Words(['own', 'old', 'imported']),
};
const BackupRow = Type.Object(BACKUP);
const Problem = Type.Object({
  path: Type.String(),
  kind: Words(['unreadable', 'vanished', 'changed_while_read', 'database', 'skipped', 'noted']),
  reason: Type.String(),
});
const Created = Type.Object({ ...BACKUP, problems: Type.Array(Problem) });
const Backups = Type.Object({ backups: Type.Array(BackupRow), next_at: Nullable(Time), next_cursor: NextCursor });

/** A misspelt `dry_run` must not become a real restore: fields that nobody knows are refused. */
const CLOSED = { additionalProperties: false } as const;
const NewBackup = Type.Object(
  {
    type: Type.Optional(Type.String()),
    agent: Type.Optional(Type.String({ maxLength: 255 })),
    label: Type.Optional(Type.String({ maxLength: 500 })),
  },
  CLOSED,
);
const VerifyBody = Type.Object({ deep: Type.Optional(Type.Boolean()) }, CLOSED);
const Verified = Type.Object({
  id: Type.String(),
  ok: Type.Boolean(),
  deep: Type.Boolean(),
  checked_at: Time,
  duration_ms: Type.Number(),
  files: Type.Integer(),
  bytes: Type.Integer(),
  checksum: Type.String(),
  errors: Type.Array(Type.String()),
  notes: Type.Array(Type.String()),
});
const RestoreBody = Type.Object(
  {
    agent: Type.Optional(Nullable(Type.String({ maxLength: 255 }))),
    paths: Type.Optional(Type.Array(Type.String({ maxLength: 4096 }), { maxItems: 1000 })),
    dry_run: Type.Optional(Type.Boolean()),
    overwrite: Type.Optional(Words(['always', 'if-changed', 'never'])),
    delete: Type.Optional(Type.Boolean()),
    with_database: Type.Optional(Type.Boolean()),
  },
  CLOSED,
);
const Restored = Type.Object({
  success: Type.Literal(true),
  message: Type.String(),
  id: Type.String(),
  dry_run: Type.Boolean(),
  to: Type.String(),
  added: Type.Array(Type.String()),
  changed: Type.Array(Type.String()),
  removed: Type.Array(Type.String()),
  same: Type.Integer(),
  attributes: Type.Array(Type.String()),
  skipped: Type.Array(Type.Object({ path: Type.String(), reason: Type.String() })),
  restored: Type.Integer(),
  deleted: Type.Integer(),
  safety_backup: NullableText,
  kept: Type.Array(Type.Object({ path: Type.String(), kept_at: Type.String() })),
  duration_ms: Type.Number(),
});
const Deleted = Type.Object({ success: Type.Literal(true), deleted: Type.String() });
const Procedure = Type.Object({
  description: Type.String(),
  steps: Type.Array(Type.String()),
  risks: Type.Array(Type.String()),
  estimated_time: Type.String(),
});
const Procedures = Type.Object({
  full_system_restore: Procedure,
  agent_state_restore: Procedure,
  selective_file_restore: Procedure,
});

type BackupRoutes =
  | 'backups'
  | 'createBackup'
  | 'backupProcedures'
  | 'backup'
  | 'verifyBackup'
  | 'restoreBackup'
  | 'deleteBackup';

/** Backups: what there is, new ones, verifying, restoring, deleting, and the way back as a runbook. */
export function backupEndpoints(context: ApiContext): Endpoints<BackupRoutes> {
  return {
    backups: endpoint(
      { query: Type.Object({ ...PageQuery, type: Type.Optional(BackupTypes) }), answer: Backups },
      async ({ query, ...exchange }) => {
        const { backups, cache } = context;
        const all = await backups.list();
        const wanted = all.filter((backup) => query.type === undefined || backup.backup_type === query.type);
        const page = pageOf(wanted, (backup) => backup.id, query);
        const answer: BackupsAnswer = { backups: page.items, next_at: backups.nextAt(), ...nextOf(query, page.next) };
        const revision = createHash('sha256').update(JSON.stringify(answer)).digest('base64url');
        await cache.send(exchange, keyOf('backups', query), revision, () => answer);
      },
    ),
    createBackup: endpoint({ body: NewBackup, answer: Created }, ({ body }) => createBackup(context, body)),
    backupProcedures: endpoint({ answer: Procedures }, () => context.backups.procedures()),
    backup: endpoint({ params: IdParams, answer: BackupRow }, ({ params }) => context.backups.get(params.id)),
    verifyBackup: endpoint({ params: IdParams, body: VerifyBody, answer: Verified }, ({ params, body }) =>
      context.backups.verify(params.id, body?.deep ?? true),
    ),
    restoreBackup: endpoint({ params: IdParams, body: RestoreBody, answer: Restored }, ({ params, body }) =>
      restoreBackup(context, params.id, body ?? {}),
    ),
    deleteBackup: endpoint({ params: IdParams, answer: Deleted }, async ({ params }) => {
      const { id } = await context.backups.remove(params.id);
      return { success: true as const, deleted: id };
    }),
  };
}

async function createBackup({ backups }: ApiContext, body: Optional<typeof NewBackup>): Promise<BackupCreated> {
  const { type = 'full', agent, label = null } = body ?? {};
  if (type === 'full') return backups.create({ label });
  if (type === 'snapshot') return backups.snapshot();
  if (type === 'agent_state' && agent !== undefined) return backups.create({ agent, label });
  throw new McError('input.invalid', 'Invalid backup type', {
    hint: 'send {"type":"full"}, {"type":"snapshot"} or {"type":"agent_state","agent":"ID"}',
  });
}

async function restoreBackup({ backups }: ApiContext, id: string, body: Static<typeof RestoreBody>) {
  const report = await backups.restore(id, {
    agent: body.agent ?? null,
    paths: body.paths ?? [],
    dryRun: body.dry_run ?? false,
    overwrite: body.overwrite ?? 'if-changed',
    delete: body.delete ?? false,
    withDatabase: body.with_database ?? false,
  });
  return restoreAnswer(report);
}

/** A body that may be left out. */
type Optional<S extends TSchema> = Static<S> | null | undefined;
