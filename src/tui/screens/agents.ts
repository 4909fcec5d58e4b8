import { type Agent, readSeries } from '../../protocol/index.js';
import { UNKNOWN, ago, counted, longSpan, statusSentence } from '../../view/index.js';
import { sparkline } from '../draw/charts.js';
import { agentGlyph } from '../draw/glyphs.js';
import { BLANK, type Line, line, type Span } from '../draw/lines.js';
import { openAgent } from '../go.js';
import { atCursor, keysOf, stateOf, windowOf } from '../list.js';
import { agentList } from '../lists/agents.js';
import type { Model, Size } from '../model.js';
import { pollOf } from '../link/answers.js';
import { agentCharts } from '../polls.js';
import { currentTasks, placeColumns } from '../rows/agent-columns.js';
import { agentHead, agentLine } from '../rows/agents.js';
import { become, stay } from '../say.js';
import { listScreen } from './list-screen.js';
import type { Screen } from './screen.js';

/** The fleet as a table, and below it the agent under the cursor. */
export const agents: Screen = {
  title: () => 'agents',
  tab: { label: 'Agents' },
  ...listScreen({
    list: agentList,
    line: (agent, { model, size, cursor }) =>
      agentLine(agent, placeColumns(size.columns - 3), {
        now: model.data.now,
        cursor,
        before: model.past.agents.get(agent.id) ?? null,
      }),
    head: (model, size) => [agentHead(placeColumns(size.columns - 3), model.sort)],
    foot: (model, size, agent, count) =>
      size.rows >= 4 ? [...detailLines(model, agent, size), statusLine(model, count)] : [],
    around: (_, size) => 1 + linesBelow(size),
    empty: emptyText,
  }),
  open(model) {
    const agent = atCursor(agentList, model);
    return agent ? become(openAgent(model, agent.id)) : stay(model);
  },
  copy: selected,
  agent: selected,
  marks(model, size) {
    const height = Math.max(1, size.rows - 1 - linesBelow(size));
    const { top } = windowOf(stateOf(agentList, model), keysOf(agentList, model), height);
    return agentList.rows(model).slice(top, top + height);
  },
};

function selected(model: Model): string | null {
  return atCursor(agentList, model)?.id ?? null;
}

/** Below the table a status line; from 14 lines on three about the selected agent, with air around. */
function linesBelow(size: Size): number {
  return size.rows >= 14 ? 6 : size.rows >= 8 ? 2 : size.rows >= 4 ? 1 : 0;
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
    ...(agent.waiting_for ? [['warn', agent.waiting_for] satisfies Span, ' · '] : []),
    statusSentence(agent, now),
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
  const count = shown === total ? counted(total, 'agent') : `${shown} of ${counted(total, 'agent')}`;
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
