import {
  type Backup,
  type BackupPreview,
  type BackupProblem,
  type BackupProcedures,
  type DrillReport,
  faultWord,
  isAhead,
  type PruneReport,
  type RecoveryReport,
  type RestoreReport,
  sizeText,
  type VerifyReport,
} from '../../protocol/index.js';
import { COLUMNS, exactAgo, UNKNOWN } from '../../view/index.js';
import { cleanText } from '../clean.js';
import { renderTable } from './table.js';
import type { Terminal } from './terminal.js';
import { shownMoment } from './times.js';

const TYPES = { full: 'full', agent_state: 'agent', snapshot: 'snapshot' } as const;
/** So many paths of each kind are listed; the JSON has all. */
const LISTED = 20;

/** Backups as a table, oldest first. `now`: milliseconds since the epoch. */
export function backupsTable(backups: readonly Backup[], terminal: Terminal, now: number): string {
  return renderTable(
    [
      { header: COLUMNS.backups.id, cell: (backup) => backup.id, min: 20 },
      { header: COLUMNS.backups.type, cell: (backup) => TYPES[backup.backup_type] },
      { header: COLUMNS.backups.age, cell: (backup) => ageText(backup.timestamp, now), align: 'right' },
      { header: COLUMNS.backups.size, cell: (backup) => sizeText(backup.size_bytes), align: 'right' },
      { header: COLUMNS.backups.files, cell: (backup) => String(backup.file_count), align: 'right' },
      { header: COLUMNS.backups.verified, cell: (backup) => verified(backup, now), colour: colourOf, min: 8 },
      { header: COLUMNS.backups.label, cell: labelOf, min: 8, givesWay: true },
    ],
    backups,
    terminal,
  );
}

/** One backup with all that is known of it. */
export function backupCard(backup: Backup, terminal: Terminal, now: number): string {
  const lines: [string, string | null][] = [
    ['id', backup.id],
    ['type', backup.agent === null ? TYPES[backup.backup_type] : `agent ${backup.agent}`],
    ['made', `${shownMoment(backup.timestamp, terminal)} (${since(backup.timestamp, now)})`],
    ['still holds', backup.holds_at && shownMoment(backup.holds_at, terminal)],
    ['file', backup.path],
    ['size', `${sizeText(backup.size_bytes)}, ${files(backup.file_count)}`],
    ['sha256', backup.checksum],
    ['verified', verified(backup, now)],
    ['label', backup.label],
    ['origin', backup.origin],
    ['safety', backup.safety ? 'yes: what a restore was about to replace, never latest' : null],
    ['partial', backup.partial ? 'yes: some files could not be read' : null],
    ['took', backup.duration_ms === null ? null : seconds(backup.duration_ms)],
  ];
  return lines.flatMap(([name, value]) => (value ? [`${name.padEnd(12)}${cleanText(value)}`] : [])).join('\n');
}

/** What a new backup lacks, one line each; null when it lacks nothing. */
export function problemsText(problems: readonly BackupProblem[]): string | null {
  if (problems.length === 0) return null;
  return problems.map(({ path, kind, reason }) => cleanText(`! ${path}: ${kind} (${reason})`)).join('\n');
}

/** What a backup made now would hold. */
export function previewText(preview: BackupPreview): string {
  const what = preview.agent === null ? 'a full backup' : `a backup of ${preview.agent}`;
  const size = preview.estimated_size_bytes;
  const shown = preview.left_out.slice(0, LISTED);
  const more = preview.left_out_count - shown.length;
  return [
    `${what} would hold ${files(preview.files)} (${sizeText(preview.bytes)}), ${files(preview.directories, 'directory', 'directories')} and ${files(preview.links, 'link', 'links')}`,
    `${files(preview.unchanged)} unchanged since the backup before, ${preview.files - preview.unchanged} to be packed`,
    size === null
      ? 'its size is not known: there is no backup of this kind yet to judge by'
      : `its size would be about ${sizeText(size)}`,
    `${preview.left_out_count} left out${preview.left_out_count === 0 ? '' : ':'}`,
    ...shown.map(({ path, reason }) => `· ${path}: ${reason}`),
    ...(more > 0 ? [`· … and ${more} more`] : []),
    'nothing was written; without --dry-run it is made',
  ]
    .map(cleanText)
    .join('\n');
}

/** A verification, one line and what was wrong. */
export function verifyText(report: VerifyReport): string {
  const depth = report.deep ? 'every file compared' : 'structure checked';
  const head = `${report.ok ? '✓' : '✗'} ${report.id}  ${report.files} files, ${depth}, ${seconds(report.duration_ms)}`;
  return [head, ...report.errors.map((error) => `  ✗ ${error}`), ...report.notes.map((note) => `  · ${note}`)]
    .map(cleanText)
    .join('\n');
}

/** What a restore did or would do. */
export function restoreText(report: RestoreReport): string {
  const would = report.dry_run ? 'would be' : 'were';
  // Another directory has no safety backup.
  const kept = (path: string, at: string) =>
    report.safety_backup === null && report.restored > 0
      ? `! ${path} was replaced: kept as ${at}`
      : `! ${path} is not in the safety backup: kept as ${at}`;
  return [
    ...listed('+', 'added', report.added),
    ...listed('~', 'changed', report.changed),
    ...listed('-', report.deleted > 0 ? 'deleted' : 'not in the backup, kept', report.removed),
    ...listed('=', 'with another mode or time', report.attributes),
    ...report.skipped.slice(0, LISTED).map(({ path, reason }) => `· ${path}: ${reason}`),
    ...report.kept.map(({ path, kept_at }) => kept(path, kept_at)),
    `${files(report.restored)} ${would} restored into ${report.to}, ${report.same} are the same, ${report.deleted} ${would} deleted`,
    ...(report.attributes.length === 0
      ? []
      : [
          `of ${files(report.attributes.length, 'file or directory', 'files and directories')} only the mode or the time ${report.dry_run ? 'would be' : 'was'} set back (=)`,
        ]),
    ...(report.safety_backup === null ? [] : [`what was replaced is in ${report.safety_backup}`]),
  ]
    .map(cleanText)
    .join('\n');
}

/** Each decision of the retention. */
export function pruneText(report: PruneReport, terminal: Terminal): string {
  const table = renderTable(
    [
      { header: COLUMNS.backups.id, cell: (decision) => decision.id, min: 20 },
      { header: 'DECISION', cell: ({ keep }) => (keep ? 'keep' : report.dry_run ? 'would go' : 'gone') },
      { header: 'WHY', cell: (decision) => decision.reason, min: 10, givesWay: true },
    ],
    report.decisions,
    terminal,
  );
  return [table, ...report.notes.map((note) => cleanText(`! ${note}`)), prunedText(report)].join('\n');
}

/** What a retention deleted, without the decisions, for who has just seen them. */
export function prunedText({ deleted, freed_bytes }: PruneReport): string {
  return `${deleted.length} deleted, ${Math.round(freed_bytes / 1024)} KB freed`;
}

/** A drill, one line and what was wrong. */
export function drillText(report: DrillReport): string {
  const head = `${report.ok ? '✓' : '✗'} ${report.id}  ${report.files} files restored and compared, ${report.databases} databases opened, ${seconds(report.duration_ms)}`;
  return [head, ...report.errors.map((error) => `  ✗ ${error}`)].map(cleanText).join('\n');
}

/** The runbook. */
export function proceduresText(procedures: BackupProcedures): string {
  return Object.values(procedures)
    .map(({ description, steps, risks, estimated_time }) =>
      [
        `${description} (${estimated_time})`,
        ...(steps as string[]).map((step, index) => `  ${index + 1}. ${step}`),
        ...(risks as string[]).map((risk) => `  ! ${risk}`),
      ].join('\n'),
    )
    .join('\n\n');
}

/** How a restore that had been interrupted ended. */
export function recoveryText({ id, outcome, reason, kept = [], journal }: RecoveryReport): string {
  return [
    `the restore of ${id} had been interrupted: it was ${outcome}`,
    ...(reason === undefined ? [] : [reason]),
    ...kept.map(({ path, kept_at }) => `! ${path} was replaced and could not be put back: kept as ${kept_at}`),
    ...(journal === undefined ? [] : [`its plan is ${journal}`]),
  ]
    .map(cleanText)
    .join('\n');
}

function files(count: number, one = 'file', many = 'files'): string {
  return `${count} ${count === 1 ? one : many}`;
}

function listed(mark: string, what: string, paths: readonly string[]): string[] {
  const lines = paths.slice(0, LISTED).map((path) => `${mark} ${path}`);
  if (paths.length > LISTED) lines.push(`${mark} … and ${paths.length - LISTED} more ${what}`);
  return lines;
}

function verified(backup: Backup, now: number): string {
  const error = backup.verify_error;
  if (error !== null) return faultWord(error) === 'damaged' ? `damaged: ${error}` : error;
  return backup.verified_at === null ? UNKNOWN : since(backup.verified_at, now);
}

/** The age of a backup. Of one from ahead of the clock nobody knows it. */
function ageText(iso: string, now: number): string {
  return isAhead(Date.parse(iso), now) ? 'ahead' : exactAgo(iso, now);
}

function since(iso: string, now: number): string {
  const text = ageText(iso, now);
  if (text === 'ahead') return 'ahead of the clock';
  return text === 'now' ? text : `${text} ago`;
}

function colourOf(backup: Backup): 'red' | 'green' | null {
  if (backup.verify_error !== null) return 'red';
  return backup.verified_at === null ? null : 'green';
}

function labelOf(backup: Backup): string {
  const notes = [
    backup.safety ? 'safety' : null,
    backup.label,
    backup.partial ? 'partial' : null,
    backup.origin === 'own' ? null : backup.origin,
  ];
  return notes.filter((note) => note !== null).join(', ');
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
