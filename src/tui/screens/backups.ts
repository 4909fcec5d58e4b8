import { faultWord, readBackupProgress, readBackups, type LooseBackup } from '../../protocol/index.js';
import { COLUMNS, ago, bytes, longSpan, UNKNOWN } from '../../view/index.js';
import { absence, pollOf } from '../link/answers.js';
import { cell, type Line, line, type Span } from '../draw/lines.js';
import { atCursor } from '../list.js';
import { backupList } from '../lists/backups.js';
import type { Model } from '../model.js';
import { BACKUPS } from '../polls.js';
import { listScreen } from './list-screen.js';
import type { Screen } from './screen.js';

/** The catalogue, newest first, and the work on it. */
export const backups: Screen = {
  title: () => 'backups',
  tab: { label: 'Backups' },
  ...listScreen({
    list: backupList,
    line: (row, { model, size, cursor }) => backupLine(row, size.columns, model.data.now, cursor),
    head: (_, size) => [headLine(size.columns)],
    foot: (model, size, _, count) => [...workLines(model), ...(size.rows >= 5 ? [footLine(model, count)] : [])],
    around: (model, size) => 1 + workLines(model).length + (size.rows >= 5 ? 1 : 0),
    empty: () => '   no backups yet: c makes one',
    instead(model) {
      const missing = absence(pollOf(model.data, BACKUPS));
      return missing === null ? null : [...workLines(model), line(['dim', `   backups: ${missing}`])];
    },
  }),
  copy: (model) => atCursor(backupList, model)?.id ?? null,
  polls: (model) => [{ call: BACKUPS, everyMs: isAtWork(model) ? 1000 : 10_000 }],
};

/** True while the server reports backup work: the list is about to change. */
function isAtWork({ data }: Model): boolean {
  const last = data.log.findLast(({ type }) => type === 'backup_update');
  return last !== undefined && data.now - Date.parse(last.timestamp) < 5000;
}

function headLine(columns: number): Line {
  return {
    spans: [
      ' ',
      ...spansOf(
        (['when', 'id', 'type', 'size', 'files', 'verified'] as const).map(
          (name): Span => ['dim', COLUMNS.backups[name]],
        ),
        columns,
      ),
    ],
  };
}

function backupLine(row: LooseBackup, columns: number, now: number, cursor: boolean): Line {
  const tone = cursor ? 'strong' : 'plain';
  const verified: Span =
    row.verify_error !== null
      ? ['bad', `✕ ${faultWord(row.verify_error)}`]
      : row.verified_at === null
        ? ['dim', UNKNOWN]
        : ['good', `✓ ${ago(row.verified_at, now)}`];
  const type = row.backup_type === 'agent_state' ? `agent ${row.agent ?? ''}` : row.backup_type;
  const spans = spansOf(
    [
      [tone, ago(row.timestamp, now)],
      [tone, row.id],
      [tone, type],
      bytes(row.size_bytes),
      row.file_count === null ? UNKNOWN : String(row.file_count),
      verified,
    ],
    columns,
  );
  const label: Span[] = row.label === null ? [] : [['dim', ` ${row.label}`]];
  return { cursor, spans: [cursor ? ['accent', '▌'] : ' ', ...spans, ...label] };
}

/** When, id, type, size, files, verified: as many as fit. */
function spansOf([when, id, type, size, files, verified]: readonly Span[], columns: number): Span[] {
  const put = (span: Span | undefined, width: number, align: 'left' | 'right' = 'left'): Span[] => {
    const [tone, content] =
      span === undefined ? (['plain', ''] as const) : typeof span === 'string' ? (['plain', span] as const) : span;
    return [...cell(content, width, tone, align), ' '];
  };
  const room = Math.max(8, Math.min(40, columns - (columns >= 64 ? 52 : columns >= 40 ? 24 : 6)));
  return [
    ...put(when, 5, 'right'),
    ...put(id, room),
    ...(columns >= 64 ? put(type, 14) : []),
    ...(columns >= 40 ? put(size, 9, 'right') : []),
    ...(columns >= 64 ? put(files, 6, 'right') : []),
    ...(columns >= 40 ? put(verified, 10) : []),
  ];
}

/** What is being done just now, as the server has it. */
function workLines(model: Model): Line[] {
  const last = model.data.log.findLast((event) => event.type === 'backup_update');
  const { working, data } = model;
  if (last?.type === 'backup_update' && (last.data.state === 'started' || last.data.state === 'progress')) {
    const age = data.now - Date.parse(last.timestamp);
    if (age < 60_000) return [progressLine(last.data)];
  }
  return working === null
    ? []
    : [line(['accent', ' ◐ '], working.label, ['dim', `  ${longSpan(data.now - working.since)}`])];
}

function progressLine(update: unknown): Line {
  const { id, done, total, files, doing } = readBackupProgress(update);
  const share = done !== null && total ? done / total : null;
  const drawn =
    share === null ? '' : `${'█'.repeat(Math.round(share * 20)).padEnd(20, '░')} ${Math.round(share * 100)}%`;
  const parts = [drawn, done === null ? '' : bytes(done), files === null ? '' : `${files} files`].filter(Boolean);
  return line(['accent', ' ◐ '], id ?? 'a backup', ' ', ['chart', parts.join('  ')], ['dim', `  ${doing}`]);
}

function footLine(model: Model, shown: number): Line {
  const poll = pollOf(model.data, BACKUPS);
  const { backups: all, next_at: next } = readBackups(poll.value);
  const due = next === null ? 'no schedule' : `next in ${longSpan(Math.max(0, Date.parse(next) - model.data.now))}`;
  const { filter } = model.lists.backups;
  const age = poll.at === null ? '' : ` · as of ${ago(new Date(poll.at).toISOString(), model.data.now)}`;
  return line(
    ['dim', ` ${shown} of ${all.length} backups · ${due}${age} · filter: `],
    filter === '' ? 'none' : ['warn', filter],
    ...(poll.error === null ? [] : [['warn', `  ${poll.error}`] as const]),
  );
}
