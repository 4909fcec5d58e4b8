import { McError, parseDuration, suggest } from '../../base/index.js';
import { ALERT_SEVERITIES, type AlertSeverity, listMetrics, metricNamed } from '../../protocol/index.js';
import { metricRule, OPERATORS, type Operator } from './metric-rule.js';
import type { ActiveRule, Rule } from './rule.js';

/** What `alerts.json` says of rules. */
export interface RulesFileContent {
  rules: unknown;
  builtin: unknown;
}

const RULE_KEYS = ['name', 'metric', 'agent', 'op', 'value', 'for', 'severity'] as const;
const TUNING_KEYS = ['enabled', 'for', 'limit', 'severity', 'muted'] as const;
const NAME = /^[a-z][a-z0-9_-]{0,63}$/;
/** Words that stand in the place of a rule in `/api/alerts/…` and `mc alerts …`. */
const RESERVED = ['history', 'targets', 'deliveries', 'silences'];
/** Each costs a look at every agent in every round. */
const MOST_RULES = 200;
const LONGEST_FOR_MS = 30 * 86_400_000;

/**
 * The rules in force: the built-in ones as the user has tuned them, then the user's own.
 * @throws McError `config.invalid` naming the place in the file, what was found and what comes nearest
 */
export function activeRules(builtin: readonly Rule[], content: RulesFileContent | null, path: string): ActiveRule[] {
  const reader = readerOf(path);
  const tuned = tunings(content?.builtin, builtin, reader);
  const own = listOf(content?.rules, reader).map((entry, at) => userRule(entry, `rules[${at}]`, reader));
  const rules: ActiveRule[] = [
    ...builtin.map((rule) => ({
      ...rule,
      source: 'builtin' as const,
      enabled: true,
      muted: false,
      ...tuned.get(rule.name),
    })),
    ...own.map((rule) => ({ ...rule, source: 'user' as const, enabled: true, muted: false })),
  ];
  const names = new Set<string>();
  for (const { name, source } of rules) {
    if (names.has(name)) {
      const builtIn = builtin.some((rule) => rule.name === name);
      const hint =
        builtIn && source === 'user'
          ? 'give it another name, or tune the built-in one under "builtin"'
          : 'give one of them another name';
      throw reader.invalid('rules', `two rules are called "${name}"`, hint);
    }
    names.add(name);
  }
  return rules;
}

type Tuning = Partial<Pick<ActiveRule, 'enabled' | 'muted' | 'forMs' | 'limit' | 'severity'>>;

function tunings(value: unknown, builtin: readonly Rule[], reader: Reader): Map<string, Tuning> {
  const tuned = new Map<string, Tuning>();
  if (value === undefined) return tuned;
  for (const [name, entry] of Object.entries(reader.object(value, 'builtin'))) {
    const rule = builtin.find((known) => known.name === name);
    if (!rule)
      throw reader.unknown(
        'builtin',
        'there is no built-in rule',
        name,
        builtin.map((known) => known.name),
      );
    tuned.set(name, tuning(entry, rule, `builtin.${name}`, reader));
  }
  return tuned;
}

function tuning(entry: unknown, rule: Rule, place: string, reader: Reader): Tuning {
  const fields = reader.fields(entry, place, TUNING_KEYS);
  const tuned: Tuning = {};
  if (fields.enabled !== undefined) tuned.enabled = reader.boolean(fields.enabled, `${place}.enabled`);
  if (fields.muted !== undefined) tuned.muted = reader.boolean(fields.muted, `${place}.muted`);
  if (fields.for !== undefined) tuned.forMs = reader.duration(fields.for, `${place}.for`);
  if (fields.severity !== undefined) tuned.severity = reader.severity(fields.severity, `${place}.severity`);
  if (fields.limit !== undefined) {
    if (rule.limit === null)
      throw reader.invalid(`${place}.limit`, 'this rule judges no figure of its own', 'remove it');
    tuned.limit = reader.number(fields.limit, `${place}.limit`);
  }
  return tuned;
}

function listOf(value: unknown, reader: Reader): unknown[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw reader.invalid('rules', 'is not a list', 'write [{"name": …, "metric": …}]');
  if (value.length > MOST_RULES)
    throw reader.invalid('rules', `has ${value.length} rules, at most ${MOST_RULES} are taken`);
  return value as unknown[];
}

function userRule(entry: unknown, place: string, reader: Reader): Rule {
  const fields = reader.fields(entry, place, RULE_KEYS);
  const name = reader.text(fields.name, `${place}.name`);
  if (!NAME.test(name) || RESERVED.includes(name)) {
    const hint = `accepted are small letters, digits, _ and -, a letter first, at most 64, and not ${RESERVED.join(', ')}`;
    throw reader.invalid(`${place}.name`, `${shown(name)} is not a name for a rule`, hint);
  }
  const wanted = reader.text(fields.metric, `${place}.metric`);
  const metric = metricNamed(wanted);
  if (metric === null) {
    const known = [...listMetrics('agent'), ...listMetrics('system')].map((each) => each.name);
    throw reader.unknown(`${place}.metric`, 'there is no metric', wanted, known);
  }
  const agent = fields.agent === undefined ? null : reader.text(fields.agent, `${place}.agent`);
  if (agent !== null && metric.scope === 'system') {
    throw reader.invalid(
      `${place}.agent`,
      `${metric.name} is a figure of the system, no agent has it`,
      'leave the agent out',
    );
  }
  const op = fields.op as Operator;
  if (!OPERATORS.includes(op)) {
    throw reader.invalid(
      `${place}.op`,
      `${shown(fields.op)} is not a comparison`,
      `accepted are ${OPERATORS.join(' ')}`,
    );
  }
  return metricRule({
    name,
    metric,
    agent,
    op,
    value: reader.number(fields.value, `${place}.value`),
    forMs: fields.for === undefined ? 0 : reader.duration(fields.for, `${place}.for`),
    severity: fields.severity === undefined ? 'warning' : reader.severity(fields.severity, `${place}.severity`),
  });
}

/** Reads values of a file; what is wrong is told with its place in it. */
type Reader = ReturnType<typeof readerOf>;

function readerOf(path: string) {
  const invalid = (place: string, what: string, hint = 'mend the file or remove it') =>
    new McError('config.invalid', `${path}: ${place}: ${what}`, { hint });
  const unknown = (place: string, what: string, word: string, known: readonly string[]) => {
    const [near] = suggest(word, known);
    return invalid(
      place,
      `${what} ${shown(word)}`,
      `${near === undefined ? '' : `did you mean "${near}"? `}There are: ${known.join(', ')}`,
    );
  };
  const object = (value: unknown, place: string): Record<string, unknown> => {
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
    throw invalid(place, 'is not an object');
  };
  return {
    invalid,
    unknown,
    object,
    fields<K extends string>(value: unknown, place: string, keys: readonly K[]): Partial<Record<K, unknown>> {
      const fields = object(value, place);
      const other = Object.keys(fields).find((key) => !(keys as readonly string[]).includes(key));
      if (other !== undefined) throw unknown(place, 'there is no key', other, keys);
      return fields as Partial<Record<K, unknown>>;
    },
    text(value: unknown, place: string): string {
      if (typeof value === 'string' && value !== '' && value.length <= 255) return value;
      throw invalid(place, `${shown(value)} is not a text of 1 to 255 characters`);
    },
    number(value: unknown, place: string): number {
      if (typeof value === 'number' && Number.isFinite(value)) return value;
      throw invalid(place, `${shown(value)} is not a number`);
    },
    boolean(value: unknown, place: string): boolean {
      if (typeof value === 'boolean') return value;
      throw invalid(place, `${shown(value)} is not true or false`);
    },
    duration(value: unknown, place: string): number {
      const ms = typeof value === 'string' ? parseDuration(value) : null;
      if (ms !== null && ms <= LONGEST_FOR_MS) return ms;
      throw invalid(place, `${shown(value)} is not a duration`, 'write it as 90s, 5m or 2h; at most 30d');
    },
    severity(value: unknown, place: string): AlertSeverity {
      const found = ALERT_SEVERITIES.find((severity) => severity === value);
      if (found !== undefined) return found;
      throw invalid(place, `${shown(value)} is not a severity`, `accepted are ${ALERT_SEVERITIES.join(', ')}`);
    },
  };
}

function shown(value: unknown): string {
  return (JSON.stringify(value) ?? 'nothing').slice(0, 80);
}
