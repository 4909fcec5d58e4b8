import { clockTime, share, shortSpan } from '../../view/index.js';
import { type Data, isLive } from '../link/data.js';
import { ends, fit, type Line, line, type Span, spansWidth } from '../draw/lines.js';
import { type Model, SCREENS, type Tab, tabOf } from '../model.js';
import { screenOf } from '../screens/index.js';

/** Where we are, how we stand to the server, and how well the fleet is. */
export function headerLine(model: Model): Line {
  const { columns } = model.size;
  const { data } = model;
  const health = columns >= 60 ? healthSpans(data) : [];
  const crumbs = [workspaceName(data), ...crumbsOf(model)];
  const left: Span[] =
    columns >= 50
      ? [
          ' ',
          ['strong', 'mc'],
          ['dim', ' · '],
          crumbs[0] ?? '',
          ...crumbs.slice(1).flatMap((crumb): Span[] => [['dim', ' ▸ '], crumb]),
        ]
      : [' ', ['strong', crumbs.at(-1) ?? 'mc']];
  return ends(left, [' ', ...linkSpans(data, columns), ...health, ' '], columns);
}

/** The screens with their digits, as airy as fits; only the shown one has its name when the window is narrow. */
export function tabsLine(model: Model): Line {
  return {
    spans: fit(
      tabLabels(model).flatMap(({ spans }) => spans),
      model.size.columns,
    ),
  };
}

/** The tab at a column of the line of tabs, or null. */
export function tabAt(model: Model, x: number): Tab | null {
  let end = 0;
  for (const { name, spans } of tabLabels(model)) {
    end += spansWidth(spans);
    if (x < end) return name;
  }
  return null;
}

interface TabLabel {
  name: Tab;
  spans: Span[];
}

/** The first of these looks that the window has room for; else digits alone. */
function tabLabels(model: Model): TabLabel[] {
  const looks = [
    { first: ' ', gap: '  ', counts: true },
    { first: ' ', gap: ' ', counts: true },
    { first: ' ', gap: '  ', counts: false },
    { first: ' ', gap: ' ', counts: false },
    { first: '', gap: ' ', counts: false },
  ];
  const fitting = looks
    .map((look) => labelsIn(model, look, () => true))
    .find((labels) => spansWidth(labels.flatMap(({ spans }) => spans)) <= model.size.columns);
  const shown = tabOf(model);
  return fitting ?? labelsIn(model, { first: ' ', gap: ' ', counts: false }, (name) => name === shown);
}

function labelsIn(
  model: Model,
  { first, gap, counts }: { first: string; gap: string; counts: boolean },
  isNamed: (name: Tab) => boolean,
): TabLabel[] {
  const shown = tabOf(model);
  return SCREENS.map((name, index) => {
    const known = screenOf(name).tab;
    const label = isNamed(name) ? `${index + 1} ${known?.label ?? name}` : `${index + 1}`;
    const count = counts ? (known?.waiting?.(model) ?? 0) : 0;
    const mark: Span[] = count > 0 ? [['warn', ` ${count}`]] : [];
    return { name, spans: [index === 0 ? first : gap, [name === shown ? 'key' : 'dim', label], ...mark] };
  });
}

/** The line under the head; says of when the figures are when they are not live. */
export function ruleLine(model: Model): Line {
  const { data, size } = model;
  if (isLive(data) || data.view.hello === null) {
    const { warning } = data;
    if (warning === null) return line(['rule', '─'.repeat(size.columns)]);
    return ruleWith(` ${warning} `, size.columns);
  }
  const age = data.heardAt === null ? '' : `, ${shortSpan(data.now - data.heardAt)} ago`;
  const when = data.heardAt === null ? 'an unknown time' : clockTime(data.heardAt);
  return ruleWith(` not live: this is the state of ${when}${age} `, size.columns);
}

function ruleWith(text: string, columns: number): Line {
  return {
    spans: fit(
      [
        ['rule', '──'],
        ['warn', text],
        ['rule', '─'.repeat(columns)],
      ],
      columns,
    ),
  };
}

function linkSpans(data: Data, columns: number): Span[] {
  const { link, now } = data;
  const wide = columns >= 40;
  const left = (at: number) => shortSpan(Math.max(0, at - now));
  switch (link.name) {
    case 'live': {
      if (!data.view.synced) return [['accent', '◐ '], 'reading'];
      const age = data.heardAt === null ? '' : ` ${shortSpan(Math.max(0, now - data.heardAt))}`;
      return [['good', '● '], `live${age}`.padEnd(8)];
    }
    case 'connecting':
      return [['accent', '◌ '], 'connecting'];
    case 'reconnecting':
      return [
        ['warn', '◌ '],
        wide ? `reconnecting ${link.attempt}/∞ in ${left(link.retryAt)}` : `retry ${left(link.retryAt)}`,
      ];
    case 'no-server':
      return [['bad', '✕ '], wide ? `no server, again in ${left(link.retryAt)}` : 'no server'];
    default:
      return [['bad', '✕ '], wide ? 'refused, not trying again' : 'refused'];
  }
}

function healthSpans(data: Data): Span[] {
  const score = data.metrics.get('system_health_score');
  const value = score?.value ?? null;
  const tone = value === null ? 'dim' : value < 0.5 ? 'bad' : value < 0.8 ? 'warn' : 'good';
  const before = score?.before ?? null;
  const trend = value === null || before === null || value === before ? ' ' : value > before ? '▲' : '▼';
  return ['    health ', [tone, share(value).padStart(4)], ' ', trend];
}

function workspaceName(data: Data): string {
  const path = data.server?.workspace ?? data.view.hello?.workspace ?? '';
  return path.replace(/\/+$/, '').split('/').at(-1) || 'no workspace';
}

function crumbsOf(model: Model): string[] {
  const places = [...model.trail, model.screen].filter((name) => name !== 'overview');
  return places.map((name) => screenOf(name).title(model));
}
