import type { CronJob, ReconcileAnswer, UsageAnswer, UsageGroup, UsageKey } from '../../protocol/index.js';
import { COLUMNS, costText, exactAgo, figure, fullFigure, UNKNOWN, USAGE_FIGURES, words } from '../../view/index.js';
import { shownMoment } from './times.js';
import { type Column, renderTable } from './table.js';
import type { Terminal } from './terminal.js';

/** A row of use: under its keys, or the sum of all. */
type Row = UsageGroup & { isTotal?: boolean };

/** What was used, a row a group and the sum of all below. `by`: the keys that were asked for. */
export function usageTable({ groups, total }: UsageAnswer, by: readonly UsageKey[], terminal: Terminal): string {
  const rows: Row[] = [...groups, { ...total, isTotal: true }];
  const keys = by.map(
    (key, index): Column<Row> => ({
      header: COLUMNS.usage[key],
      cell: (row) => (row.isTotal ? (index === 0 ? 'total' : '') : (row[key] ?? UNKNOWN)),
      min: 8,
      ...(index === by.length - 1 ? { givesWay: true as const } : {}),
    }),
  );
  const sums = USAGE_FIGURES.map(({ title, text }): Column<Row> => ({ header: title, cell: text, align: 'right' }));
  return renderTable([...keys, ...sums], rows, terminal);
}

/** The whole account, runtime by runtime, and whether its sums agree. */
export function reconcileText({ accounts, total, differences }: ReconcileAnswer): string {
  const parts = accounts.map((account) =>
    [
      account.runtime,
      line('files', account.files),
      line('lines', account.lines),
      line('not JSON', account.malformed),
      ...Object.entries(account.unknown).map(([kind, count]) => line(`unknown kind "${kind}"`, count)),
      line('turns that ended in an error', account.errors),
      line('responses found', account.offered),
      ...Object.entries(account.dropped).map(([reason, count]) => line(`left out: ${words(reason)}`, count)),
      line('responses counted', account.counted),
      ...account.unpriced_models.map((model) => `  without a price: ${model}`),
    ].join('\n'),
  );
  const sums =
    differences.length === 0
      ? ['The sums of agents, models and days agree with the total.']
      : ['The sums do not agree:', ...differences.map((difference) => `  ${difference}`)];
  const all = `total: ${fullFigure(total.responses)} responses, ${fullFigure(total.total)} tokens, ${costText(total)}`;
  return [...parts, all, sums.join('\n')].join('\n\n');
}

function line(what: string, count: number): string {
  return `  ${what}: ${fullFigure(count)}`;
}

/** Jobs that runtimes run by a schedule. `now`: milliseconds since the epoch. */
export function cronTable(jobs: readonly CronJob[], terminal: Terminal, now: number): string {
  const columns: Column<CronJob>[] = [
    { header: COLUMNS.cron.agent, cell: ({ agent }) => agent, min: 8 },
    { header: COLUMNS.cron.name, cell: ({ name }) => name, min: 10, givesWay: true },
    { header: COLUMNS.cron.schedule, cell: ({ schedule }) => schedule ?? UNKNOWN },
    { header: COLUMNS.cron.status, cell: statusOf, colour: ({ consecutive_errors: n }) => (n > 0 ? 'red' : null) },
    { header: COLUMNS.cron.last, cell: ({ last_run_at }) => exactAgo(last_run_at, now), align: 'right' },
    {
      header: COLUMNS.cron.next,
      cell: ({ next_run_at }) => (next_run_at === null ? UNKNOWN : shownMoment(next_run_at, terminal)),
    },
    { header: COLUMNS.cron.runs, cell: ({ runs }) => figure(runs), align: 'right' },
    { header: COLUMNS.cron.errors, cell: ({ errors }) => figure(errors), align: 'right' },
  ];
  return renderTable(columns, jobs, terminal);
}

function statusOf({ enabled, last_status, consecutive_errors: errors, flapping }: CronJob): string {
  if (!enabled) return 'off';
  const status = last_status === null ? 'not run yet' : words(last_status);
  return `${status}${errors > 1 ? ` ×${errors}` : ''}${flapping ? ', flaps' : ''}`;
}
