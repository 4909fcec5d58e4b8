import { type Agent, readSeries } from '../../protocol/index.js';
import { sparkline } from '../draw/charts.js';
import { ago, longSpan, UNKNOWN } from '../draw/figures.js';
import { agentGlyph } from '../draw/glyphs.js';
import { BLANK, type Line, line, type Span } from '../draw/lines.js';
import { windowOf } from '../list.js';
import type { Model, Size } from '../model.js';
import { pollOf } from '../link/answers.js';
import { agentCharts } from '../polls.js';
import { currentTasks, placeColumns } from '../rows/agent-columns.js';
import { agentHead, agentLine, arrangeAgents, evidenceText } from '../rows/agents.js';
import type { Screen } from './screen.js';

/** The fleet as a table, and below it the agent under the cursor. */
export const agents: Screen = {
  title: () => 'agents',
  body(model, size) {
    const rows = shownAgents(model);
    const height = tableHeight(size);
    const { index, top } = windowOf(model.lists.agents, keysOf(model), height);
    const columns = placeColumns(size.columns - 3);
    const { now } = model.data;
    const table = rows
      .slice(top, top + height)
      .map((agent, offset) =>
        agentLine(agent, columns, now, top + offset === index, model.past.agents.get(agent.id) ?? null),
      );
    const nobody = rows.length === 0 ? [line(['dim', emptyText(model)])] : [];
    const selected = rows[index];
    const below = [...detailLines(model, selected, size), statusLine(model, rows.length)];
    const fill = Array.from({ length: Math.max(0, height - table.length - nobody.length) }, () => BLANK);
    return [agentHead(columns, model.sort), ...table, ...nobody, ...fill, ...(size.rows >= 4 ? below : [])];
  },
  list: { keys: keysOf, height: (_, size) => tableHeight(size), top: () => 1 },
  copy: (model) => agentAtCursor(model)?.id ?? null,
};

/** The agents that a body of this size shows. */
export function visibleAgents(model: Model, size: Size): readonly Agent[] {
  const height = tableHeight(size);
  const { top } = windowOf(model.lists.agents, keysOf(model), height);
  return shownAgents(model).slice(top, top + height);
}

/** The agent under the cursor of the table. */
export function agentAtCursor(model: Model): Agent | null {
  const rows = shownAgents(model);
  return rows[windowOf(model.lists.agents, keysOf(model), 1).index] ?? null;
}

function keysOf(model: Model): readonly string[] {
  return shownAgents(model).map(({ id }) => id);
}

/** The rows, kept as long as agents, filter and sort stay: one frame asks several times. */
function shownAgents(model: Model): readonly Agent[] {
  const { agents: all } = model.data.view;
  const { filter } = model.lists.agents;
  const known = arranged.get(all);
  if (known && known.filter === filter && known.sort === model.sort) return known.rows;
  const rows = arrangeAgents(all.values(), filter, model.sort);
  arranged.set(all, { filter, sort: model.sort, rows });
  return rows;
}

const arranged = new WeakMap<object, { filter: string; sort: Model['sort']; rows: readonly Agent[] }>();

/** Head, table, and below it a status line; from 14 lines on three about the selected agent, with air around. */
function tableHeight(size: Size): number {
  const below = size.rows >= 14 ? 6 : size.rows >= 8 ? 2 : size.rows >= 4 ? 1 : 0;
  return Math.max(1, size.rows - 1 - below);
}

function detailLines(model: Model, agent: Agent | undefined, size: Size): Line[] {
  if (size.rows < 8) return [];
  if (!agent) return size.rows >= 14 ? [BLANK, BLANK, BLANK, BLANK, BLANK] : [BLANK];
  const { now } = model.data;
  const why: Line = line(
    ' ',
    ['strong', agent.id],
    ' · ',
    agentGlyph(agent.normalized_status),
    ' ',
    evidenceText(agent, now),
  );
  if (size.rows < 14) return [why];
  const { total_work_time: work, idle_time: idle } = agent.counters;
  const span = (seconds: number | null) => (seconds === null ? UNKNOWN : longSpan(seconds * 1000));
  const figures: Span[] = [
    ' work ',
    ['strong', span(work)],
    '  idle ',
    ['strong', span(idle)],
    ...successSpans(model, agent, size.columns),
  ];
  const [task] = agent.tasks.filter(({ status }) => status === null || status === 'in_progress');
  const since = task?.started_at ? `  ${ago(task.started_at, now)}` : '';
  const title = task
    ? `${task.title}${task.id === null ? '' : ` (${task.id})`}${since}`
    : (currentTasks(agent)[0] ?? UNKNOWN);
  const [warning] = agent.warnings;
  const more = warning
    ? line(['warn', ` ⚠ ${warning.file}${warning.place === null ? '' : ` ${warning.place}`}: `], warning.reason)
    : BLANK;
  return [BLANK, why, { spans: figures }, line(' now  ', title), more];
}

function successSpans(model: Model, agent: Agent, columns: number): Span[] {
  const series = readSeries(pollOf(model.data, agentCharts(agent.id)).value).find(
    ({ metric }) => metric === 'success_rate',
  );
  if (!series || series.points.length === 0 || columns < 70) return [];
  return [
    '   success ',
    [
      'chart',
      sparkline(
        series.points.map(({ v }) => v),
        24,
        0,
      ),
    ],
  ];
}

function statusLine(model: Model, shown: number): Line {
  const { filter } = model.lists.agents;
  const total = model.data.view.agents.size;
  const count = shown === total ? `${total} agents` : `${shown} of ${total} agents`;
  const arrow = model.sort.descending ? '▼' : '▲';
  const filtered: Span[] =
    filter === ''
      ? ['none']
      : [
          ['warn', filter],
          ['dim', '  (Esc clears it)'],
        ];
  return line(['dim', ` ${count} · sorted by ${model.sort.column} ${arrow} · filter: `], ...filtered);
}

function emptyText(model: Model): string {
  if (model.data.view.agents.size > 0) return '   no agent passes this filter';
  return '   no agents yet: each directory of mission-control/agents is one';
}
