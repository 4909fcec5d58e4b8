import type { AlertTarget, AlertTargetsAnswer, DeliveryRow } from '../../protocol/index.js';
import { cleanText } from '../clean.js';
import { renderTable } from './table.js';
import type { Terminal } from './terminal.js';
import { shownTime } from './times.js';

/** Targets as a table, and the Alertmanagers of the settings below them. */
export function targetsTable({ targets, alertmanagers }: AlertTargetsAnswer, terminal: Terminal): string {
  const managers = alertmanagers.map(({ url, last_error, last_success_at, suppressed }) => {
    const held = suppressed ? `, holds back ${suppressed}` : '';
    const state = last_error ?? (last_success_at === null ? 'not asked yet' : 'answers');
    return cleanText(`alertmanager  ${url}  ${state}${held}`);
  });
  const table = renderTable<AlertTarget>(
    [
      { header: 'TARGET', cell: ({ name }) => name },
      { header: 'URL', cell: ({ url }) => cleanText(url), min: 10 },
      { header: 'HEARS OF', cell: heard, min: 8 },
      { header: 'LAST ARRIVED', cell: ({ last_success_at: at }) => (at === null ? '–' : shownTime(at, terminal)) },
      { header: 'STATE', cell: (target) => cleanText(stateOf(target)), min: 10 },
    ],
    targets,
    terminal,
  );
  return [...(targets.length > 0 || managers.length === 0 ? [table] : []), ...managers].join('\n');
}

function heard({ level, rules, agents, quiet }: AlertTarget): string {
  const narrowed = [...rules, ...agents].map(cleanText);
  return [`${level}+`, ...narrowed, ...(quiet === null ? [] : [`quiet ${quiet}`])].join(' ');
}

function stateOf({ off, paused, fallback, waiting, last_success_at, last_error }: AlertTarget): string {
  if (off !== null) return `off: ${off}`;
  if (paused) return 'paused';
  if (last_error !== null) return `fails: ${last_error}`;
  if (waiting === null) return 'not known';
  if (last_success_at === null) return 'nothing has arrived yet';
  return fallback ? 'fallback' : 'well';
}

/** Deliveries as a table. */
export function deliveriesTable(rows: readonly DeliveryRow[], terminal: Terminal): string {
  return renderTable(
    [
      { header: 'ID', cell: ({ id }) => String(id) },
      { header: 'QUEUED', cell: ({ queued_at: at }) => shownTime(at, terminal) },
      { header: 'TARGET', cell: ({ target }) => target },
      {
        header: 'ALERT',
        cell: ({ rule, agent, kind }) => cleanText([rule, agent, kind].filter(Boolean).join(' ')),
        min: 10,
      },
      { header: 'STATE', cell: ({ state }) => state.replace('_', ' ') },
      { header: 'TRIES', cell: ({ attempts }) => String(attempts) },
      { header: 'WHY', cell: ({ last_error: error }) => cleanText(error ?? ''), min: 10 },
    ],
    rows,
    terminal,
  );
}
