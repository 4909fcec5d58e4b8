import type { MetricScope } from '../../protocol/index.js';
import { type Metric, metricsOf } from './registry.js';
import { rowIdExpression } from './row-id.js';
import { type RollupTier, ROLLUP_TIERS, type Tier } from './tiers.js';

/** The version of the layout, as `user_version` holds it. 0 is the old system's, or an empty file. */
export const SCHEMA_VERSION = 1;

const SCOPES: readonly MetricScope[] = ['agent', 'system'];

/** The table of a scope's tier. Samples of the system lie under agent 0. */
export function tableOf(scope: MetricScope, tier: Tier): string {
  return `${scope}_${tier}`;
}

/** The columns of a metric in a rollup: see `rollupExpression` for what their nulls say. */
export function rollupColumns(metric: Metric): string[] {
  const { name } = metric;
  const columns = [`${name}_sum`, `${name}_n`, `${name}_min`, `${name}_max`, `${name}_last`];
  return metric.kind === 'counter' ? [...columns, `${name}_inc`] : columns;
}

export type Figure = 'sum' | 'n' | 'min' | 'max' | 'last' | 'inc';

/**
 * How a rollup's figure is read. A figure that follows from another is left null, which makes rows half as long: no sum,
 * no samples; no count, as many as the row has; no minimum, all values were the same; no maximum, it is the minimum; no
 * last value, it is the maximum.
 */
export function rollupExpression({ name }: Metric, figure: Figure): string {
  const count = `coalesce(${name}_n, n)`;
  const min = `coalesce(${name}_min, ${name}_sum / ${count})`;
  const max = `coalesce(${name}_max, ${min})`;
  const expressions: Record<Figure, string> = {
    sum: `${name}_sum`,
    n: `CASE WHEN ${name}_sum IS NULL THEN 0 ELSE ${count} END`,
    min,
    max,
    last: `coalesce(${name}_last, ${max})`,
    inc: `${name}_inc`,
  };
  return expressions[figure];
}

/** Everything of version 1 but the views, which need names that the old tables hold until they are read. */
export function createTables(): string {
  return [
    'CREATE TABLE meta (key TEXT PRIMARY KEY, value) WITHOUT ROWID',
    'CREATE TABLE agents (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE)',
    ...SCOPES.flatMap((scope) => [rawTable(scope), ...ROLLUP_TIERS.map((tier) => rollupTable(scope, tier))]),
    `CREATE TABLE agent_last (agent INTEGER PRIMARY KEY, t INTEGER NOT NULL, ${rawColumns('agent')})`,
    `CREATE TABLE intervals (agent INTEGER NOT NULL, began INTEGER NOT NULL, ended INTEGER, status TEXT NOT NULL,
       PRIMARY KEY (agent, began)) WITHOUT ROWID`,
    `CREATE TABLE observed (agent INTEGER PRIMARY KEY, work INTEGER NOT NULL, idle INTEGER NOT NULL,
       completed INTEGER, failed INTEGER, sent INTEGER, received INTEGER, stated INTEGER)`,
    createBreaks(),
    'CREATE TABLE unplaced (source TEXT NOT NULL, row TEXT NOT NULL)',
  ].join(';\n');
}

/** When a counter of an agent changed its source. */
function createBreaks(): string {
  return `CREATE TABLE IF NOT EXISTS breaks (agent INTEGER NOT NULL, metric TEXT NOT NULL, t INTEGER NOT NULL,
    PRIMARY KEY (agent, metric, t)) WITHOUT ROWID`;
}

/** Every name of ours in a database, in lower case: nothing else may bear it. */
export function ownNames(): string[] {
  const sql = [createTables(), createEvents(), createViews()].join(';\n');
  return [...sql.matchAll(/CREATE (?:TABLE|INDEX|VIEW) (?:IF NOT EXISTS )?(\w+)/g)].map(([, name]) => name ?? '');
}

/** The table of events: `timestamp` answers as it always did, computed from the milliseconds. */
export function createEvents(): string {
  return `CREATE TABLE events (id INTEGER PRIMARY KEY AUTOINCREMENT, t INTEGER NOT NULL, event_type TEXT NOT NULL,
      agent_id TEXT, data TEXT,
      timestamp TEXT GENERATED ALWAYS AS (${isoOf('t')}) VIRTUAL);
    CREATE INDEX events_by_time ON events (t);
    CREATE INDEX events_by_type ON events (event_type, t);
    CREATE INDEX events_by_agent ON events (agent_id, t) WHERE agent_id IS NOT NULL`;
}

/** The old names and columns over the new layout, in the old units. The ids grow with time and are stable. */
export function createViews(): string {
  return `DROP VIEW IF EXISTS agent_metrics; DROP VIEW IF EXISTS system_metrics;
    CREATE VIEW agent_metrics AS SELECT ${rowIdExpression('r.t', 'r.agent')} AS id, a.name AS agent_id, ${isoOf('r.t')} AS timestamp,
      ${decodedColumns('agent')} FROM agent_raw r JOIN agents a ON a.id = r.agent;
    CREATE VIEW system_metrics AS SELECT ${rowIdExpression('r.t', 'r.agent')} AS id, ${isoOf('r.t')} AS timestamp,
      ${decodedColumns('system')} FROM system_raw r`;
}

/** What came later, and metrics of the registry that a database does not have yet, as statements that add them. */
export function missingColumns(has: (table: string, column: string) => boolean): string[] {
  const statements: string[] = [];
  const add = (table: string, column: string) => {
    if (!has(table, column)) statements.push(`ALTER TABLE ${table} ADD COLUMN ${column} INTEGER`);
  };
  if (!has('breaks', 't')) statements.push(createBreaks());
  add('observed', 'stated');
  for (const scope of SCOPES) {
    for (const metric of metricsOf(scope)) {
      add(tableOf(scope, 'raw'), metric.name);
      if (scope === 'agent') add('agent_last', metric.name);
      for (const tier of ROLLUP_TIERS) for (const column of rollupColumns(metric)) add(tableOf(scope, tier), column);
    }
  }
  return statements;
}

/** Writes a raw sample: agent, t, then the scope's metrics in their order. */
export function insertSample(scope: MetricScope, verb: 'INSERT OR IGNORE' | 'INSERT OR REPLACE'): string {
  return insertInto(tableOf(scope, 'raw'), ['agent', 't', ...metricsOf(scope).map(({ name }) => name)], verb);
}

/** An INSERT that names its columns: their order in the file differs where metrics were added later. */
export function insertInto(table: string, columns: string[], verb = 'INSERT OR REPLACE'): string {
  return `${verb} INTO ${table} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`;
}

/**
 * A raw sample (columns `t` and `agent` and the scope's metrics) as SQL that makes a JSON object of it, in the columns of
 * the views. The name of an agent is its first parameter.
 */
export function sampleObject(scope: MetricScope): string {
  const metrics = metricsOf(scope).map((metric) => `'${metric.name}', ${quicklyDecoded(metric)}`);
  const head = [
    "'id'",
    rowIdExpression('t', 'agent'),
    ...(scope === 'agent' ? ["'agent_id'", '?'] : []),
    "'timestamp'",
    quickIsoOf('t'),
  ];
  return `json_object(${[...head, ...metrics].join(', ')})`;
}

function isoOf(column: string): string {
  return `strftime('%Y-%m-%dT%H:%M:%fZ', ${column} / 1000.0, 'unixepoch')`;
}

/** The same text, made by one function that need not read a format: a quarter less time for a row. For SQLite 3.42 up: ours. */
function quickIsoOf(column: string): string {
  return `replace(datetime(${column} / 1000.0, 'unixepoch', 'subsec'), ' ', 'T') || 'Z'`;
}

function rawTable(scope: MetricScope): string {
  return clustered(tableOf(scope, 'raw'), rawColumns(scope));
}

function rollupTable(scope: MetricScope, tier: RollupTier): string {
  const columns = metricsOf(scope).flatMap(rollupColumns).map(integer);
  return clustered(tableOf(scope, tier), `n INTEGER NOT NULL, ${columns.join(', ')}`);
}

function clustered(table: string, columns: string): string {
  return `CREATE TABLE ${table} (agent INTEGER NOT NULL, t INTEGER NOT NULL, ${columns},
    PRIMARY KEY (agent, t)) WITHOUT ROWID`;
}

function rawColumns(scope: MetricScope): string {
  return metricsOf(scope)
    .map(({ name }) => integer(name))
    .join(', ');
}

/** The affinity turns whole numbers into integers of as few bytes as they need and leaves others as they are. */
function integer(column: string): string {
  return `${column} INTEGER`;
}

function decodedColumns(scope: MetricScope): string {
  return metricsOf(scope)
    .map((metric) => `${decoded(metric)} AS ${metric.name}`)
    .join(', ');
}

function decoded({ name, scale }: Metric): string {
  return scale === 1 ? name : `${name} / ${scale}.0`;
}

/** The same number for JSON: most are whole, and to write a whole number as a fraction takes SQLite several times as long. */
function quicklyDecoded({ name, scale }: Metric): string {
  if (scale === 1) return name;
  return `CASE WHEN ${name} % ${scale} = 0 THEN ${name} / ${scale} ELSE ${name} / ${scale}.0 END`;
}
