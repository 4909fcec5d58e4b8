import type { AgentAnswer, AgentRow, AgentWarning } from '../../protocol/index.js';
import { COLUMNS, byTrouble, evidenceOf, exactAgo, fullFigure, UNKNOWN } from '../../view/index.js';
import { cleanText } from '../clean.js';
import { agentColour, agentGlyph, warningSign } from './glyphs.js';
import { type Column, renderTable } from './table.js';
import { paint, type Terminal } from './terminal.js';
import { shownMoment } from './times.js';

/** The fleet as a table, trouble first. `now`: milliseconds since the epoch. */
export function agentsTable(agents: readonly AgentRow[], terminal: Terminal, now: number): string {
  return renderTable(columns(terminal, now), [...agents].sort(byTrouble), terminal);
}

/** Everything about one agent. `now`: milliseconds since the epoch. */
export function agentCard(agent: AgentAnswer, terminal: Terminal, now: number): string {
  const glyph = agentGlyph(agent.normalized_status, terminal);
  const colour = agentColour(agent.normalized_status);
  const status = `${glyph} ${agent.normalized_status}`;
  const name = [agent.id, agent.name === agent.id ? null : agent.name, agent.emoji].filter(Boolean).join(' · ');
  const lines: [string, string][] = [
    [
      'status',
      `${colour ? paint(terminal, colour, status) : status}${agent.since ? ` since ${shownMoment(agent.since, terminal)} (${exactAgo(agent.since, now)})` : ''}`,
    ],
    ...(agent.waiting_for ? [['waits for', agent.waiting_for] satisfies [string, string]] : []),
    ['evidence', evidenceOf(agent) ?? 'none: no file says what it does'],
    ['role', agent.role ?? UNKNOWN],
    ['zone', agent.zone ?? UNKNOWN],
    [
      'last sign',
      agent.last_active ? `${shownMoment(agent.last_active, terminal)} (${exactAgo(agent.last_active, now)})` : UNKNOWN,
    ],
    ...Object.entries(agent.counters ?? {})
      .filter(([, value]) => value !== null)
      .map(([key, value]): [string, string] => [key, fullFigure(value)]),
  ];
  const facts = lines.map(
    ([key, value]) => `  ${paint(terminal, 'dim', key.padEnd(18))} ${key === 'status' ? value : cleanText(value)}`,
  );
  return [
    paint(terminal, 'bold', cleanText(name)),
    ...facts,
    ...taskLines(agent),
    ...warningLines(agent.warnings, terminal),
  ].join('\n');
}

function columns(terminal: Terminal, now: number): Column<AgentRow>[] {
  const sign = warningSign(terminal);
  return [
    {
      header: COLUMNS.agents.status,
      cell: (row) => `${agentGlyph(row.normalized_status, terminal)} ${row.normalized_status}`,
      colour: (row) => agentColour(row.normalized_status),
    },
    { header: COLUMNS.agents.agent, cell: (row) => row.id, min: 8 },
    { header: COLUMNS.agents.role, cell: (row) => row.role ?? UNKNOWN, min: 8, givesWay: true },
    { header: COLUMNS.agents.task, cell: taskOf, min: 8 },
    { header: COLUMNS.agents.done, cell: (row) => fullFigure(row.tasks_completed), align: 'right' },
    { header: COLUMNS.agents.fail, cell: (row) => fullFigure(row.tasks_failed), align: 'right' },
    { header: COLUMNS.agents.last, cell: (row) => exactAgo(row.last_active, now), align: 'right' },
    {
      header: sign,
      cell: (row) => (row.warnings.length > 0 ? `${sign} ${row.warnings.length}` : ''),
      colour: () => 'yellow',
    },
  ];
}

function taskOf(row: AgentRow): string {
  const more = row.tasks.length > 1 ? ` +${row.tasks.length - 1}` : '';
  return row.currentTask === null ? UNKNOWN : row.currentTask + more;
}

function taskLines(agent: AgentRow): string[] {
  if (agent.tasks.length === 0) return [];
  return [
    'tasks',
    ...agent.tasks.map(
      (task) => `  - ${cleanText(task.title)}${task.status ? ` [${task.status}]` : ''} (${cleanText(task.source)})`,
    ),
  ];
}

function warningLines(warnings: readonly AgentWarning[], terminal: Terminal): string[] {
  if (warnings.length === 0) return [];
  return [
    'warnings',
    ...warnings.map(({ file, place, reason }) =>
      paint(
        terminal,
        'yellow',
        `  ${warningSign(terminal)} ${cleanText(`${file}${place ? ` ${place}` : ''}: ${reason}`)}`,
      ),
    ),
  ];
}
