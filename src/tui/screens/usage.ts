import { readRuntimes, type UsageSum } from '../../protocol/index.js';
import {
  backfillNote,
  COLUMNS,
  costNote,
  counted,
  quotaFigure,
  unpricedNote,
  USAGE_FIGURES,
} from '../../view/index.js';
import { bar } from '../draw/charts.js';
import { BLANK, cell, type Line, line, type Span } from '../draw/lines.js';
import type { Tone } from '../draw/theme.js';
import { openAgent } from '../go.js';
import { absence, pollOf } from '../link/answers.js';
import { atCursor } from '../list.js';
import { nameOf, shownUsage, usageList } from '../lists/usage.js';
import { type Model, type Size, USED_BY, USED_SINCE } from '../model.js';
import { RUNTIMES, usageCall } from '../polls.js';
import { become, say } from '../say.js';
import { listScreen } from './list-screen.js';
import type { Screen } from './screen.js';

const EVERY_MS = 10_000;

/** What the runtimes' models used: of which agents, models, projects or runtimes, and how full the quotas are. */
export const usage: Screen = {
  title: ({ usage: { by } }) => `usage ▸ by ${by}`,
  tab: { label: 'Usage' },
  ...listScreen({
    list: usageList,
    line: (row, { size, cursor }) => rowLine(nameOf(row) ?? 'not named', row, size.columns, cursor),
    head: (model, size) => [choiceLine(model), tableHead(model, size.columns)],
    foot: (model, size, _, count) => footLines(model, size, count),
    around: (model, size) => 2 + footLines(model, size, 0).length,
    empty: emptyText,
    instead,
  }),
  open(model) {
    const row = atCursor(usageList, model);
    const agent = row?.agent ?? null;
    if (agent !== null && model.data.view.agents.has(agent)) return become(openAgent(model, agent));
    return say(model, 'only an agent that is there can be opened: b sums up by agent', 'plain');
  },
  copy: (model) => {
    const row = atCursor(usageList, model);
    return row === null ? null : nameOf(row);
  },
  polls: ({ usage: chosen, data }) =>
    [usageCall(chosen, data.now), RUNTIMES].map((call) => ({ call, everyMs: EVERY_MS })),
};

function choiceLine({ usage: { by, since } }: Model): Line {
  const choice = (words: readonly string[], chosen: string) =>
    words.map((word) => (word === chosen ? `[${word}]` : ` ${word} `)).join('');
  return line(['accent', ` ${choice(USED_SINCE, since)}`], ['dim', '   by'], ['accent', ` ${choice(USED_BY, by)}`]);
}

function tableHead({ usage: { by } }: Model, columns: number): Line {
  const figures = figuresAt(columns).map(({ title }) => title);
  return { spans: [' ', ...placed(COLUMNS.usage[by], figures, columns, 'dim')] };
}

function rowLine(name: string, sum: UsageSum, columns: number, cursor: boolean): Line {
  const texts = figuresAt(columns).map(({ text }) => text(sum));
  return {
    cursor,
    spans: [cursor ? ['accent', '▌'] : ' ', ...placed(name, texts, columns, cursor ? 'strong' : 'plain')],
  };
}

/** Wide enough for each title, and for a cost. */
const FIGURE_WIDTH = 11;

/** As many figures as fit beside a name: tokens and cost, the last two, before the others. */
function figuresAt(columns: number): typeof USAGE_FIGURES {
  if (columns >= 90) return USAGE_FIGURES;
  if (columns >= 60) return USAGE_FIGURES.filter(({ title }) => !title.startsWith('CACHE'));
  return USAGE_FIGURES.slice(columns >= 40 ? -2 : -1);
}

function placed(name: string, figures: readonly string[], columns: number, tone: Tone): Span[] {
  const room = Math.max(4, Math.min(48, columns - 2 - figures.length * (FIGURE_WIDTH + 1)));
  return [
    ...cell(name, room, tone),
    ...figures.flatMap((text): Span[] => [' ', ...cell(text, FIGURE_WIDTH, tone, 'right')]),
  ];
}

/** The sum, what is to be known about it, and the quotas; in a low window the sum alone. */
function footLines(model: Model, size: Size, count: number): Line[] {
  if (size.rows < 5) return [];
  const answer = shownUsage(model);
  const total = rowLine('total', answer.total, size.columns, false);
  if (size.rows < 14) return [total];
  const notes = [costNote(answer.cost_basis), unpricedNote(answer.unpriced_models)].filter((note) => note !== null);
  const backfill = backfillNote(answer.backfill);
  return [
    total,
    ...(notes.length === 0 ? [] : [line(['dim', ` ${notes.join(' · ')}`])]),
    ...(backfill === null ? [] : [line(['accent', ' ◐ '], backfill)]),
    ...faultLines(model),
    ...quotaLines(model, size.columns),
    statusLine(model, count, answer.groups.length),
  ];
}

function faultLines({ data }: Model): Line[] {
  const { runtimes, faults } = readRuntimes(pollOf(data, RUNTIMES).value);
  const failed = runtimes.flatMap(({ runtime, state, warnings }) =>
    state === 'failed' ? [`${runtime} cannot be read: ${warnings[0] ?? 'mc doctor says why'}`] : [],
  );
  return [...failed, ...faults].slice(0, 3).map((text) => line(['warn', ` ⚠ ${text}`]));
}

function quotaLines({ data }: Model, columns: number): Line[] {
  const { quotas } = readRuntimes(pollOf(data, RUNTIMES).value);
  if (quotas.length === 0) return [];
  const width = columns < 100 ? 12 : 20;
  const lines = quotas.slice(0, 4).map((quota): Line => {
    const { share, text } = quotaFigure(quota, data.now);
    const tone: Tone = share !== null && share >= 0.95 ? 'bad' : share !== null && share >= 0.8 ? 'warn' : 'chart';
    const drawn: Span[] = share === null ? [' '.repeat(width)] : [[tone, bar(share, width).padEnd(width, '░')]];
    return { spans: ['   ', ...cell(`${quota.runtime} ${quota.name}`, 24), ' ', ...drawn, ` ${text}`] };
  });
  return [BLANK, line(['strong', ' QUOTAS']), ...lines];
}

function statusLine(model: Model, count: number, all: number): Line {
  const { filter } = model.lists.usage;
  const poll = pollOf(model.data, usageCall(model.usage, model.data.now));
  const error: Span[] = poll.error === null ? [] : [['warn', `  ${poll.error}`]];
  const shown = count === all ? counted(all, model.usage.by) : `${count} of ${counted(all, model.usage.by)}`;
  return line(['dim', ` ${shown} · filter: `], filter === '' ? 'none' : ['warn', filter], ...error);
}

/** What stands in the way of any figure. */
function instead(model: Model): Line[] | null {
  const missing = absence(pollOf(model.data, usageCall(model.usage, model.data.now)));
  if (missing !== null) return [choiceLine(model), BLANK, line(['dim', `   usage: ${missing}`])];
  const { runtimes } = readRuntimes(pollOf(model.data, RUNTIMES).value);
  const isOut = (states: readonly string[]) =>
    runtimes.length > 0 && runtimes.every(({ state }) => states.includes(state));
  if (shownUsage(model).groups.length > 0 || !isOut(['absent', 'disabled'])) return null;
  const said = isOut(['disabled'])
    ? 'no runtime is read: mc serve --runtimes all reads them'
    : 'no runtime was found: mc doctor says where it was looked';
  return [choiceLine(model), BLANK, line(`   ${said}`), ...faultLines(model)];
}

function emptyText(model: Model): string {
  const { groups, backfill } = shownUsage(model);
  if (groups.length > 0) return '   nothing passes this filter (Esc clears it)';
  if (backfillNote(backfill) !== null) return '   nothing yet: the records are being read';
  return model.usage.since === '30d'
    ? '   nothing was used in 30 days'
    : `   nothing was used ${model.usage.since === 'today' ? 'today' : 'in 7 days'}: → looks further back`;
}
