import { AGENT_STATUSES, type AgentStatus, countStatuses, countTasks } from '../../protocol/index.js';
import { counted, words } from '../../view/index.js';
import { beside, BLANK, cell, type Line, line, type Span } from '../draw/lines.js';
import type { Model, Size } from '../model.js';
import { bar } from '../draw/charts.js';
import { agentGlyph, taskGlyph } from '../draw/glyphs.js';
import { unreadLines, backupLines } from './overview-news.js';
import { healthLines, sparkLines } from './overview-figures.js';
import { needsIn, troubleLines } from './overview-trouble.js';
import { recentLines } from './overview-recent.js';
import { goTo } from '../go.js';
import { allTasks } from '../lists/tasks.js';
import { BACKUPS, EVENTS, SCORE, slow, SPARKS } from '../polls.js';
import { become } from '../say.js';
import type { Screen } from './screen.js';

/** What matters, in the order in which panes are dropped from the bottom when the window is small. */
export const overview: Screen = {
  title: () => 'overview',
  tab: { label: 'Overview' },
  open: (model) => become(goTo(model, 'agents')),
  polls: () => slow(BACKUPS, SCORE, EVENTS, ...SPARKS.map(({ call }) => call)),
  body(model, size) {
    if (size.columns >= 120) return wide(model, size);
    const narrow = size.columns < 60;
    const panes = [
      narrow ? fleetLines(model, size.columns) : counts(model, size.columns),
      ...(narrow ? [unreadLines(model, size.columns)] : []),
      healthLines(model, size.columns),
      sparkLines(model, size.columns),
    ];
    const needs = narrow ? [] : needsIn(model);
    // Who needs a person comes first; that nobody does is seen by its absence.
    if (needs.length > 0) panes.unshift(troubleLines(needs, size.columns, roomForNeeds(size.rows, panes)));
    return stacked(panes, (rows) => recentLines(model, size.columns, rows), size);
  },
};

/** From 120 columns: what is on the left, what happened on the right. */
function wide(model: Model, size: Size): Line[] {
  const left = Math.floor(size.columns * 0.55);
  const right = size.columns - left;
  const panes = [
    counts(model, left),
    healthLines(model, left),
    sparkLines(model, left),
    troubleLines(needsIn(model), left, size.rows - 24),
  ];
  const news = recentLines(model, right - 1, size.rows);
  return beside(
    { lines: stacked(panes, null, { ...size, columns: left }), width: left },
    { lines: news, width: right },
  );
}

/** The lines that what happened gets at least, once three that need a person are listed. */
const RECENT_LINES = 5;

/**
 * How many of those that need a person are listed: as many as leave room for the panes below, of which the last ones go where
 * there is none.
 */
function roomForNeeds(rows: number, panes: readonly Line[][]): number {
  // Without their head and the line that says what was left out.
  let free = rows - 2 - panes.reduce((sum, pane) => sum + pane.length + 1, 0);
  for (const pane of panes.toReversed()) if (free < 1) free += pane.length + 1;
  return Math.max(Math.min(3, free), free - RECENT_LINES);
}

/** Panes below each other, with a blank line between; those without room are dropped from the bottom, and it is said. */
function stacked(panes: readonly Line[][], rest: ((rows: number) => Line[]) | null, size: Size): Line[] {
  const lines: Line[] = [];
  let dropped = 0;
  for (const pane of panes) {
    const gap = lines.length > 0 ? [BLANK] : [];
    const tight = lines.length + gap.length + pane.length > size.rows;
    if (dropped > 0 || (tight && lines.length > 0)) dropped += 1;
    else lines.push(...gap, ...pane);
  }
  const room = size.rows - lines.length - 1;
  if (rest && dropped === 0 && room >= 2) lines.push(BLANK, ...rest(room));
  else if (rest) dropped += 1;
  if (lines.length > size.rows || dropped > 0) {
    const note = line([
      'dim',
      ` ▼ ${dropped === 0 ? 'the rest needs' : dropped === 1 ? '1 pane needs' : `${dropped} panes need`} a taller window`,
    ]);
    return [...lines.slice(0, Math.max(0, size.rows - 1)), note].slice(0, Math.max(1, size.rows));
  }
  return lines;
}

function counts(model: Model, columns: number): Line[] {
  const third = Math.floor((columns - 2) / 3);
  const last = columns - 2 * third - 4;
  const news = [...unreadLines(model, last), BLANK, ...backupLines(model, last)];
  const first = third + 4;
  return beside(
    { lines: fleetLines(model, first), width: first },
    { lines: taskLines(model), width: third },
    { lines: news, width: last },
  );
}

/** Statuses that get a line only while an agent has them. */
const HIDDEN_AT_NONE: ReadonlySet<AgentStatus> = new Set(['waiting', 'stale', 'offline']);

function fleetLines({ data }: Model, width: number): Line[] {
  const { agents } = data.view;
  const count = countStatuses(agents.values());
  const most = Math.max(1, ...Object.values(count));
  const shown = AGENT_STATUSES.filter((status) => count[status] > 0 || !HIDDEN_AT_NONE.has(status));
  const barWidth = Math.max(0, Math.min(24, width - 16 - String(most).length));
  return [
    line(['strong', ' FLEET'], `  ${counted(agents.size, 'agent')}`),
    ...shown.map((status): Line => {
      const glyph = agentGlyph(status);
      const tone = count[status] === 0 ? 'dim' : typeof glyph === 'string' ? 'plain' : glyph[0];
      const label = `${String(count[status]).padStart(String(most).length)} ${status}`;
      return {
        spans: [
          ' ',
          [tone, textOfGlyph(glyph)],
          ' ',
          ...cell(label, 9 + String(most).length, count[status] === 0 ? 'dim' : 'plain'),
          ' ',
          [tone === 'plain' ? 'dim' : tone, bar(count[status] / most, barWidth)],
        ],
      };
    }),
  ];
}

function taskLines(model: Model): Line[] {
  const tasks = allTasks(model);
  const count = countTasks(tasks);
  const wide = Math.max(...Object.values(count).map((value) => String(value).length));
  const order = ['pending', 'in_progress', 'completed', 'failed', 'blocked', 'delegated'] as const;
  return [
    line(['strong', 'TASKS'], `  ${tasks.length}`),
    ...order.map((status): Line => {
      const trouble = (status === 'failed' || status === 'blocked') && count[status] > 0;
      const glyph: Span = count[status] === 0 ? ['dim', textOfGlyph(taskGlyph(status))] : taskGlyph(status);
      const tone = count[status] === 0 ? 'dim' : trouble ? 'strong' : 'plain';
      return line(glyph, ' ', [tone, `${String(count[status]).padStart(wide)} ${words(status)}`]);
    }),
  ];
}

function textOfGlyph(glyph: Span): string {
  return typeof glyph === 'string' ? glyph : glyph[1];
}
