import { Flags } from '@oclif/core';
import { McError } from '../../src/base/index.js';
import {
  askHistory,
  cleanJson,
  type CommandOutput,
  McCommand,
  MOMENT_FORMS,
  measuredLines,
  queryCsv,
  queryLines,
  queryTable,
  readRange,
} from '../../src/cli/index.js';
import type { QueryAnswer } from '../../src/protocol/index.js';

const FORMATS = ['table', 'chart', 'json', 'csv', 'ndjson'] as const;
type Format = (typeof FORMATS)[number];
/** What step auto aims at where a table is read on a terminal. */
const TABLE_POINTS = 60;

export default class MetricsQuery extends McCommand {
  static override summary = 'Ask the history of metrics';
  static override description =
    'Reads the workspace’s database directly, with or without a server running; with --server it asks that server. ' +
    'A gap is a gap: what was not measured is null, – in tables, empty in CSV.';
  static override exits = ['noServer', 'notFound', 'notAllowed'] as const;
  static override examples = [
    '<%= config.bin %> metrics query success_rate --agent api --since 7d --step 1h',
    '<%= config.bin %> metrics query tasks_completed --agg rate --group-by none --format chart',
    '<%= config.bin %> metrics query system_health_score --explain',
  ];
  static override strict = false;
  static override usage = 'metrics query METRIC... [FLAGS]';
  static override flags = {
    agent: Flags.string({ description: 'Only these agents', multiple: true, multipleNonGreedy: true }),
    system: Flags.boolean({ description: 'Figures of the whole system' }),
    since: Flags.string({ description: `Begin: ${MOMENT_FORMS} [default: 24h]` }),
    until: Flags.string({ description: 'End, in the same forms [default: now]' }),
    step: Flags.string({
      description: 'raw, 1m, 5m, 1h, 1d or auto: at most about 1,000 points, 60 in a table on a terminal',
    }),
    agg: Flags.string({ description: 'avg, min, max, sum, last, count, rate, p50, p95 or p99' }),
    'group-by': Flags.string({ description: 'agent, or none: all agents taken together' }),
    format: Flags.string({ description: 'How it is printed', options: FORMATS }),
    explain: Flags.boolean({ description: 'How the health score came about' }),
  };

  async run(): Promise<void> {
    const { argv, flags } = await this.parse(MetricsQuery);
    if (flags.json && flags.format !== undefined && flags.format !== 'json') {
      throw new McError('usage', `--json and --format ${flags.format} cannot be given together`, {
        hint: 'leave one of them out',
      });
    }
    const output = await this.open({ ...flags, json: flags.json || flags.format === 'json' });
    const format = flags.json ? 'json' : ((flags.format ?? 'table') as Format);
    const answer = await ask(output, {
      metric: argv as string[],
      agent: flags.agent,
      system: flags.system,
      ...readRange(flags, Date.now()),
      step: flags.step,
      agg: flags.agg,
      group_by: flags['group-by'],
      explain: flags.explain,
      // Whoever reads a table reads no more; a file or another program takes all there is.
      points: format === 'table' && output.terminal.boxes ? String(TABLE_POINTS) : undefined,
    });
    await print(output, answer, format);
  }
}

interface Asked {
  metric: string[];
  [name: string]: string | readonly string[] | boolean | undefined;
}

function ask(output: CommandOutput, asked: Asked): Promise<QueryAnswer> {
  return askHistory(output.config, {
    server: (rest) => rest.metricsQuery(asked),
    database: async (path) => {
      const { readDatabase } = await import('../../src/metrics/query/index.js');
      const { points, ...rest } = asked;
      const query = { ...rest, ...(points !== undefined && { points: Number(points) }) };
      return readDatabase(path, 'query', query, { now: Date.now() });
    },
  });
}

async function print(output: CommandOutput, answer: QueryAnswer, format: Format): Promise<void> {
  if (format === 'ndjson') for (const line of queryLines(answer)) process.stdout.write(`${cleanJson(line)}\n`);
  else if (format === 'chart') {
    const { queryChart } = await import('../../src/cli/print/chart.js');
    output.result(answer, () => queryChart(answer, output.terminal));
  } else if (answer.explain !== undefined && format === 'table') {
    const { explanationText } = await import('../../src/cli/print/metrics.js');
    output.result(answer, () => explanationText(answer, output.terminal));
  } else if (format === 'table') printTable(output, answer);
  else output.result(answer, () => queryCsv(answer));
  if (answer.series.length === 0) output.note('nothing was measured in this range');
}

/** On a terminal without the empty lines before the first figure and after the last. */
function printTable(output: CommandOutput, answer: QueryAnswer): void {
  if (!output.terminal.boxes) {
    output.result(answer, () => queryTable(answer, output.terminal));
    return;
  }
  const { lines, before, after } = measuredLines(answer);
  output.result(answer, () => queryTable(answer, output.terminal, lines));
  if (before + after > 0 && lines.length > 0) {
    const left = [before > 0 && `${before} before`, after > 0 && `${after} after`].filter(Boolean).join(' and ');
    output.note(`${left} them are left out: nothing was measured then (a line is ${answer.step})`);
  }
}
