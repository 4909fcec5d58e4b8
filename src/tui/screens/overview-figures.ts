import { readHealthParts, readSeries } from '../../protocol/index.js';
import { ago, clockTime, share, figure } from '../../view/index.js';
import { absence, pollOf } from '../link/answers.js';
import { sparkline, stats } from '../draw/charts.js';
import { cell, type Line, line, type Span } from '../draw/lines.js';
import type { Model } from '../model.js';
import { SCORE, SPARKS } from '../polls.js';

const PART_NAMES: Record<string, string> = { freshness: 'fresh', success_rate: 'success' };

/** The health score and what it is made of. */
export function healthLines(model: Model, width: number): Line[] {
  const score = model.data.metrics.get('system_health_score');
  const poll = pollOf(model.data, SCORE);
  const parts = readHealthParts(poll.value);
  const spans: Span[] = [
    ['strong', ' HEALTH '],
    ['strong', share(score?.value)],
  ];
  if (parts.length === 0) {
    const why = absence(poll) ?? 'its parts are not known';
    return [{ spans: [...spans, ['dim', `   ${score ? `${ago(score.timestamp, model.data.now)} · ` : ''}${why}`]] }];
  }
  for (const { name, weight, value } of parts) {
    // Parts say how much of their weight they reach.
    const reached = value === null ? null : value * weight;
    const tone =
      reached === null ? 'dim' : reached >= weight * 0.9 ? 'plain' : reached >= weight * 0.5 ? 'warn' : 'bad';
    const figures =
      reached === null || Math.abs(reached - weight) < 0.005 ? share(reached) : `${share(reached)}/${share(weight)}`;
    spans.push(['dim', `   ${PART_NAMES[name] ?? name} `], [tone, figures]);
  }
  return [{ spans: width < 60 ? spans.slice(0, 6) : spans }];
}

/** The last hour in three lines. */
export function sparkLines(model: Model, width: number): Line[] {
  const label = 14;
  const figures = width >= 60 ? 28 : 7;
  const room = Math.max(4, width - label - figures - 2);
  return SPARKS.map(({ label: name, call, peak }): Line => {
    const poll = pollOf(model.data, call);
    const missing = absence(poll);
    const head = cell(` ${name}`, label, 'plain');
    if (missing !== null) return { spans: [...head, ['dim', missing]] };
    const [series] = readSeries(poll.value);
    const known = series ? stats(series) : null;
    if (!series || !known) return { spans: [...head, ['dim', 'nothing measured yet']] };
    const ceiling = series.unit === 'ratio' ? 0 : Math.min(known.min, 0);
    const top = peak ? series.points.find(({ v }) => v === known.max) : undefined;
    const note = top ? `   peak ${figure(known.max)} at ${clockTime(top.t).slice(0, 5)}` : '';
    const last = series.unit === 'ratio' ? share(known.last) : figure(known.last);
    const bars = sparkline(
      series.points.map(({ v }) => v),
      room,
      ceiling,
    );
    return line(...head, ['chart', bars], ...cell(last, 7, 'strong', 'right'), ['dim', note.slice(0, figures - 7)]);
  });
}
