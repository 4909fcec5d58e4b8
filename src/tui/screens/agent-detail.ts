import { type Agent, agentPath, readAgentFigures, readBrowseItems, readSeries } from '../../protocol/index.js';
import { UNKNOWN, ago, bytes, clockTime, longSpan, share, statusSentence, withUnit } from '../../view/index.js';
import { absence, pollOf, readEvents } from '../link/answers.js';
import { sparkline, stats } from '../draw/charts.js';
import { agentGlyph, taskGlyph } from '../draw/glyphs.js';
import { beside, BLANK, cell, type Line, line } from '../draw/lines.js';
import type { Model, Size } from '../model.js';
import {
  AGENT_CHARTS,
  agentCharts,
  agentEvents,
  agentFigures,
  agentFiles,
  agentSessions,
  BACKUPS,
  slow,
} from '../polls.js';
import { liveRow, recordedRow } from '../rows/events.js';
import { sessionLines } from './agent-sessions.js';
import type { Screen } from './screen.js';
import { keysOf, scrolled } from './text.js';

/** All there is about one agent; scrolls when it is more than the window holds. */
export const agentDetail: Screen = {
  title: (model) => model.agent ?? 'agent',
  body: (model, size) => scrolled(detail(model, size), model.lists.detail, size),
  list: {
    keys: (model) => keysOf(detail(model, model.size)),
    height: (_, size) => size.rows,
    top: () => 0,
    text: true,
  },
  copy: (model) => model.agent,
  agent: (model) => model.agent,
  polls(model) {
    const { agent } = model;
    if (agent === null) return [];
    const ofRuntime = (model.data.view.agents.get(agent)?.runtime ?? null) !== null;
    const asked = slow(BACKUPS, ...[agentFigures, agentCharts, agentEvents, agentFiles].map((of) => of(agent)));
    return ofRuntime ? [...asked, { call: agentSessions(agent), everyMs: 5000 }] : asked;
  },
};

function detail(model: Model, size: Size): Line[] {
  const agent = model.agent === null ? undefined : model.data.view.agents.get(model.agent);
  if (!agent)
    return [
      line(['warn', ` There is no agent "${model.agent ?? ''}" any more.`]),
      BLANK,
      line(['dim', ' Esc goes back.']),
    ];
  const wide = size.columns >= 110;
  const left = [
    ...headLines(model, agent),
    BLANK,
    ...sessionLines(model, agent),
    ...taskLines(model, agent),
    BLANK,
    ...chartLines(model, agent, wide ? Math.floor(size.columns / 2) : size.columns),
  ];
  const right = [...warningLines(agent), ...eventLines(model, agent), BLANK, ...fileLines(model, agent)];
  if (!wide) return [...left, BLANK, ...right];
  const half = Math.floor(size.columns / 2);
  return beside({ lines: left, width: half }, { lines: right, width: size.columns - half });
}

function headLines(model: Model, agent: Agent): Line[] {
  const { now } = model.data;
  const { counters } = agent;
  const name = [agent.emoji, agent.display_name ?? agent.name].filter(Boolean).join(' ');
  const span = (seconds: number | null) => (seconds === null ? UNKNOWN : longSpan(seconds * 1000));
  const number = (value: number | null) => (value === null ? UNKNOWN : String(value));
  const zone = model.data.view.office?.positions[agent.id]?.zone ?? UNKNOWN;
  return [
    line(
      ' ',
      agentGlyph(agent.normalized_status),
      ' ',
      ['strong', name],
      ['dim', `   ${agent.role ?? 'no role'}   zone `],
      zone,
    ),
    line('   ', statusSentence(agent, now)),
    ...(agent.waiting_for ? [line(['dim', '   waits for '], ['warn', agent.waiting_for])] : []),
    line(
      ['dim', '   its own word '],
      agent.status,
      ['dim', '   last sign '],
      ago(agent.last_active, now),
      ['dim', '   heartbeat '],
      agent.heartbeat_interval === null ? UNKNOWN : longSpan(agent.heartbeat_interval * 1000),
    ),
    line(
      ['dim', '   done '],
      ['strong', number(counters.tasks_completed)],
      ['dim', '  failed '],
      ['strong', number(counters.tasks_failed)],
      ['dim', '  work '],
      span(counters.total_work_time),
      ['dim', '  idle '],
      span(counters.idle_time),
      ['dim', '  messages '],
      `${number(counters.messages_sent)} out ${number(counters.messages_received)} in`,
    ),
    line(
      ['dim', '   cpu '],
      counters.cpu_usage === null ? UNKNOWN : `${counters.cpu_usage}%`,
      ['dim', '  memory '],
      bytes(counters.memory_usage),
      ['dim', '  tokens '],
      number(counters.tokens_used),
      ['dim', '  cost '],
      number(counters.cost),
    ),
  ];
}

function taskLines(model: Model, agent: Agent): Line[] {
  const head = line(['strong', ' TASKS']);
  const names = agent.current_tasks.filter((task): task is string => typeof task === 'string');
  if (agent.tasks.length === 0 && names.length === 0) return [head, line(['dim', '   none named by its files'])];
  const shown = agent.tasks.slice(0, 8).map((task): Line => {
    const since = task.started_at === null ? '' : ago(task.started_at, model.data.now);
    return line('   ', taskGlyph(task.status ?? 'in_progress'), ' ', task.title, [
      'dim',
      `  ${[task.id, task.priority, since, task.source].filter(Boolean).join('  ')}`,
    ]);
  });
  const more = agent.tasks.length > 8 ? [line(['dim', `   and ${agent.tasks.length - 8} more`])] : [];
  return [
    head,
    ...(shown.length > 0 ? shown : names.slice(0, 8).map((name) => line('   ', taskGlyph('in_progress'), ' ', name))),
    ...more,
  ];
}

function chartLines(model: Model, agent: Agent, width: number): Line[] {
  const poll = pollOf(model.data, agentCharts(agent.id));
  const head = line(['strong', ' LAST 24 HOURS'], ['dim', poll.at === null ? '' : `  as of ${clockTime(poll.at)}`]);
  const missing = absence(poll);
  if (missing !== null) return [head, line(['dim', `   ${missing}`])];
  const series = readSeries(poll.value);
  const room = Math.max(8, width - 44);
  const lines = AGENT_CHARTS.map((name): Line => {
    const found = series.find(({ metric }) => metric === name);
    const known = found ? stats(found) : null;
    const label = cell(`   ${name}`, 22);
    if (!found || !known) return { spans: [...label, ['dim', 'nothing measured']] };
    return {
      spans: [
        ...label,
        [
          'chart',
          sparkline(
            found.points.map(({ v }) => v),
            room,
            Math.min(0, known.min),
          ),
        ],
        ...cell(withUnit(known.last, found.unit), 14, 'strong', 'right'),
      ],
    };
  });
  const figures = readAgentFigures(pollOf(model.data, agentFigures(agent.id)).value);
  if (figures === null) return [head, ...lines];
  const span = (seconds: number | null) => (seconds === null ? UNKNOWN : longSpan(seconds * 1000));
  const latest = line(
    ['dim', '   success '],
    share(figures.avg_success_rate),
    ['dim', '  work '],
    span(figures.work_time),
    ['dim', '  idle '],
    span(figures.idle_time),
    ['dim', '  a task takes '],
    span(figures.avg_task_duration),
  );
  return [head, ...lines, latest];
}

function warningLines(agent: Agent): Line[] {
  if (agent.warnings.length === 0) return [];
  const shown = agent.warnings
    .slice(0, 6)
    .map(({ file, place, reason }) =>
      line('   ', ['warn', '⚠ '], file, ['dim', place === null ? ': ' : ` ${place}: `], reason),
    );
  return [line(['strong', ' WARNINGS'], `  ${agent.warnings.length}`), ...shown, BLANK];
}

function eventLines(model: Model, agent: Agent): Line[] {
  const live = model.data.log
    .filter((event) => liveRow(event).agent === agent.id)
    .slice(-8)
    .map(liveRow)
    .toReversed();
  const poll = pollOf(model.data, agentEvents(agent.id));
  const oldest = live.at(-1)?.timestamp ?? '9';
  const before = readEvents(poll.value)
    .filter(({ timestamp }) => timestamp < oldest)
    .map(recordedRow);
  const rows = [...live, ...before].slice(0, 8);
  const head = line(['strong', ' EVENTS']);
  if (rows.length === 0) return [head, line(['dim', `   ${absence(poll) ?? 'none yet'}`])];
  return [head, ...rows.map((row) => line(['dim', `   ${clockTime(row.timestamp)}  `], row.glyph, ' ', row.text))];
}

function fileLines(model: Model, agent: Agent): Line[] {
  const poll = pollOf(model.data, agentFiles(agent.id));
  const head = line(['strong', ' FILES'], ['dim', `  ${agentPath(agent.id)}/`]);
  const missing = absence(poll);
  if (missing !== null) return [head, line(['dim', `   ${missing}`])];
  const files = readBrowseItems(poll.value).slice(0, 12);
  return [
    head,
    ...files.map(
      ({ name, type, size, modified }): Line => ({
        spans: [
          '   ',
          ...cell(type === 'directory' ? `${name}/` : name, 24),
          ...cell(size === null ? '' : bytes(size), 10, 'dim', 'right'),
          ['dim', `  ${ago(modified, model.data.now)}`],
        ],
      }),
    ),
  ];
}
