import type { QueryAnswer, TopAnswer } from '../../protocol/index.js';
import { measuredFigure } from '../../view/index.js';
import { type Column, renderTable } from './table.js';
import { paint, type Terminal } from './terminal.js';

/** The parts of the health score: how much each gives, of how much, and why. */
export function explanationText(answer: QueryAnswer, terminal: Terminal): string {
  const { explain } = answer;
  if (!explain) return 'the health score has not been collected yet';
  const columns: Column<(typeof explain.parts)[number]>[] = [
    { header: 'PART', cell: ({ name }) => name },
    { header: 'GIVES', cell: ({ weight, value }) => measuredFigure(weight * value), align: 'right' },
    { header: 'OF', cell: ({ weight }) => measuredFigure(weight), align: 'right' },
    { header: 'BECAUSE', cell: ({ because }) => because, min: 20 },
  ];
  const head = `system_health_score ${measuredFigure(explain.score)} at ${explain.timestamp}`;
  return `${paint(terminal, 'bold', head)}\n${renderTable(columns, explain.parts, terminal)}`;
}

/** Agents ranked. */
export function topTable(answer: TopAnswer, terminal: Terminal): string {
  const columns: Column<TopAnswer['agents'][number]>[] = [
    { header: '#', cell: ({ rank }) => String(rank), align: 'right' },
    { header: 'AGENT', cell: ({ agent }) => agent, min: 8 },
    {
      header: `${answer.by} ${answer.agg} (${answer.unit})`.toUpperCase(),
      cell: ({ value }) => measuredFigure(value),
      align: 'right',
    },
  ];
  return renderTable(columns, answer.agents, terminal);
}

/** What a metric is, for `mc metrics list`. */
export interface MetricLine {
  name: string;
  scope: string;
  kind: string;
  unit: string;
  meaning: string;
  computed: string;
}

/** Which metrics exist. */
export function metricsTable(metrics: readonly MetricLine[], terminal: Terminal): string {
  const columns: Column<MetricLine>[] = [
    // The name is what has to be typed: it keeps its width, whatever else has to go.
    { header: 'METRIC', cell: ({ name }) => name },
    { header: 'OF', cell: ({ scope }) => scope },
    { header: 'KIND', cell: ({ kind }) => kind },
    { header: 'UNIT', cell: ({ unit }) => unit },
    { header: 'MEANING', cell: ({ meaning }) => meaning, min: 16, good: 28 },
    { header: 'COMPUTED', cell: ({ computed }) => computed, min: 16, good: 24, givesWay: true },
  ];
  return renderTable(columns, metrics, terminal);
}
