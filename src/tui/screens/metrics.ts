import { metricNamed, readSeries, type Series } from '../../protocol/index.js';
import { clockTime, withUnit, withoutUnit } from '../../view/index.js';
import { absence, pollOf } from '../link/answers.js';
import { lineChart, stats } from '../draw/charts.js';
import { beside, BLANK, cell, type Line, line } from '../draw/lines.js';
import { CHARTED, isSystemMetric, RANGES } from '../metric-list.js';
import type { Model, Size } from '../model.js';
import { chartCall, slow } from '../polls.js';
import type { Screen } from './screen.js';

/** One metric over time. */
export const metrics: Screen = {
  title: (model) => `metrics ▸ ${model.chart.metric}`,
  tab: { label: 'Metrics' },
  polls: ({ chart }) => slow(chartCall(chart)),
  body(model, size) {
    if (size.columns < 100) return chartBody(model, size);
    const side = 26;
    return beside(
      { lines: pickList(model, size.rows), width: side },
      { lines: chartBody(model, { ...size, columns: size.columns - side }), width: size.columns - side },
    );
  },
  copy: (model) => model.chart.metric,
};

/** The series that the screen shows; null while there is none. */
function shownSeries(model: Model): Series | null {
  const { chart } = model;
  const poll = pollOf(model.data, chartCall(chart));
  return readSeries(poll.value).find(({ metric }) => metric === chart.metric) ?? null;
}

function chartBody(model: Model, size: Size): Line[] {
  const { chart } = model;
  const poll = pollOf(model.data, chartCall(chart));
  const head = headLines(model, size.columns);
  const missing = absence(poll);
  if (missing !== null) return [...head, BLANK, line(['dim', `  ${missing}`])];
  const series = shownSeries(model);
  const known = series ? stats(series) : null;
  if (!series || !known) return [...head, BLANK, line(['dim', '  nothing was measured in this range'])];
  const show = (value: number) => withoutUnit(value, series.unit);
  const figures = line(
    ['dim', ' min '],
    ['strong', show(known.min)],
    ['dim', '   avg '],
    ['strong', show(known.avg)],
    ['dim', '   max '],
    ['strong', show(known.max)],
    ['dim', '   last '],
    ['strong', withUnit(known.last, series.unit)],
    ['dim', poll.at === null ? '' : `   as of ${clockTime(poll.at)}`],
    ...(poll.error === null ? [] : [['warn', `   ${poll.error}`] as const]),
  );
  const height = size.rows - head.length - 2;
  const rows = lineChart(series, size.columns - 2, height, show).map((row): Line => line(' ', ['chart', row]));
  return [...head, ...(rows.length > 0 ? rows : [line(['dim', ' ▼ the chart needs a larger window'])]), BLANK, figures];
}

function headLines({ chart }: Model, columns: number): Line[] {
  const of = isSystemMetric(chart.metric) ? 'the system' : (chart.agent ?? 'all agents');
  const ranges = RANGES.map((range) => (range === chart.since ? `[${range}]` : ` ${range} `)).join('');
  const other = (RANGES as readonly string[]).includes(chart.since) ? '' : ` [${chart.since}]`;
  return [
    line(' ', ['strong', chart.metric], ['dim', ' of '], of, '   ', ['accent', ranges + other]),
    line([
      'dim',
      ` ${(metricNamed(chart.metric)?.meaning ?? 'a metric that only the server knows').slice(0, columns)}`,
    ]),
  ];
}

function pickList({ chart }: Model, rows: number): Line[] {
  const index = Math.max(
    0,
    CHARTED.findIndex((name) => name === chart.metric),
  );
  const top = Math.max(0, Math.min(index - Math.floor(rows / 2), CHARTED.length - rows));
  return CHARTED.slice(top, top + rows).map((name): Line => {
    const chosen = name === chart.metric;
    return { spans: [chosen ? ['accent', '▌'] : ' ', ...cell(name, 23, chosen ? 'strong' : 'dim')] };
  });
}
