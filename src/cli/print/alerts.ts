import {
  type Alert,
  type AlertRule,
  type AlertRuleAnswer,
  type AlertSilence,
  formatDuration,
} from '../../protocol/index.js';
import { alertState, COLUMNS, exactAgo, levelSign, longSpan, UNKNOWN, withUnit } from '../../view/index.js';
import { cleanText } from '../clean.js';
import { colourOf, glyphOf } from './glyphs.js';
import { type Column, renderTable } from './table.js';
import { paint, type Terminal } from './terminal.js';
import { shownMoment } from './times.js';

/** Alerts of an answer as a table, in the order in which they are given. `now`: milliseconds since the epoch. */
export function alertsTable(
  { alerts, suppressed = [] }: { alerts: readonly Alert[]; suppressed?: readonly string[] | undefined },
  terminal: Terminal,
  now: number,
): string {
  const held = new Set(suppressed);
  const stateOf = (alert: Alert) =>
    [alertState(alert, now), ...(held.has(alert.id) ? ['held back by Alertmanager'] : [])].join(', ');
  const columns: Column<Alert>[] = [
    severityColumn(terminal),
    { header: COLUMNS.alerts.rule, cell: ({ rule }) => rule, min: 12 },
    { header: COLUMNS.alerts.agent, cell: ({ agent }) => agent ?? '', min: 8 },
    { header: COLUMNS.alerts.since, cell: ({ since }) => exactAgo(since, now), align: 'right' },
    { header: COLUMNS.alerts.state, cell: stateOf, min: 8 },
    {
      header: COLUMNS.alerts.why,
      cell: ({ summary, evidence }) => `${summary} (${evidence})`,
      min: 16,
      givesWay: true,
    },
  ];
  return renderTable(columns, alerts, terminal);
}

/** Alerts that are over, with how long they fired. */
export function alertHistoryTable(alerts: readonly Alert[], terminal: Terminal): string {
  const columns: Column<Alert>[] = [
    { header: COLUMNS.alerts.since, cell: ({ since }) => shownMoment(since, terminal) },
    { header: COLUMNS.alerts.lasted, cell: lastedOf, align: 'right' },
    severityColumn(terminal),
    { header: COLUMNS.alerts.rule, cell: ({ rule }) => rule, min: 12 },
    { header: COLUMNS.alerts.agent, cell: ({ agent }) => agent ?? '', min: 8 },
    {
      header: COLUMNS.alerts.why,
      cell: ({ summary, evidence }) => `${summary} (${evidence})`,
      min: 16,
      givesWay: true,
    },
  ];
  return renderTable(columns, alerts, terminal);
}

/** Rules as a table, in the order in which they are given. */
export function rulesTable(rules: readonly AlertRule[], terminal: Terminal): string {
  const columns: Column<AlertRule>[] = [
    severityColumn(terminal),
    { header: COLUMNS.alerts.rule, cell: ({ name }) => name, min: 12 },
    { header: COLUMNS.alerts.state, cell: ruleState, min: 8 },
    { header: COLUMNS.alerts.source, cell: ({ source }) => source },
    {
      header: COLUMNS.alerts.for,
      cell: ({ for_seconds: s }) => spanOf(s),
      align: 'right',
    },
    { header: COLUMNS.alerts.looksAt, cell: looksAt, min: 16, givesWay: true },
  ];
  return renderTable(columns, rules, terminal);
}

/** All about one rule: what it asks, how it stands, its silences, and its last alerts. `now`: milliseconds since the epoch. */
export function ruleCard(
  { rule, alerts, suppressed, silences, history }: AlertRuleAnswer,
  terminal: Terminal,
  now: number,
): string {
  const facts: [string, string][] = [
    ['state', ruleState(rule)],
    ['severity', rule.severity],
    ['looks at', looksAt(rule)],
    ['limit', rule.limit === null ? UNKNOWN : withUnit(rule.limit, rule.unit ?? '')],
    ['fires after', spanOf(rule.for_seconds)],
    ['is over after', spanOf(rule.keep_firing_seconds)],
    ['again after', spanOf(rule.cooldown_seconds)],
    ['from', rule.source === 'user' ? 'alerts.json' : 'mc itself'],
    ...(rule.error === null ? [] : [['not judged', rule.error] satisfies [string, string]]),
  ];
  return [
    paint(terminal, 'bold', cleanText(`${rule.name} · ${rule.title}`)),
    ...facts.map(([name, value]) => `  ${paint(terminal, 'dim', name.padEnd(14))} ${cleanText(value)}`),
    ...section('alerts', alerts, () => alertsTable({ alerts, suppressed }, terminal, now)),
    ...section('silences', silences, () => silences.map((each) => silenceLine(each, terminal)).join('\n')),
    ...section('over', history, () => alertHistoryTable(history, terminal)),
  ].join('\n');
}

/** `nobody is told of agent_error of api until 2026-02-18 08:00: the new disk comes at noon (id 4fe2)`. */
export function silenceLine({ id, rule, agent, until, reason }: AlertSilence, terminal: Terminal): string {
  const about = agent === null ? '' : ` of ${agent}`;
  return cleanText(`nobody is told of ${rule}${about} until ${shownMoment(until, terminal)}: ${reason} (id ${id})`);
}

function severityColumn<Row extends Pick<Alert, 'severity'>>(terminal: Terminal): Column<Row> {
  return {
    header: COLUMNS.alerts.severity,
    cell: ({ severity }) => `${glyphOf(levelSign(severity), terminal)} ${severity}`,
    colour: ({ severity }) => colourOf(levelSign(severity).tone),
  };
}

function ruleState({ enabled, muted, state, firing, pending, error }: AlertRule): string {
  if (!enabled) return 'off';
  const counts = [firing > 0 ? `${firing} firing` : '', pending > 0 ? `${pending} pending` : ''].filter(Boolean);
  const words = counts.length > 0 ? counts : [state];
  return [...words, ...(muted ? ['muted'] : []), ...(error === null ? [] : ['not judged'])].join(', ');
}

function spanOf(seconds: number): string {
  return seconds === 0 ? 'at once' : formatDuration(seconds * 1000);
}

function looksAt({ looks_at: what, title }: AlertRule): string {
  return what === '' ? title : what;
}

function lastedOf({ since, resolved_at: end }: Alert): string {
  const ms = Date.parse(end ?? '') - Date.parse(since);
  return Number.isNaN(ms) ? UNKNOWN : longSpan(ms);
}

function section(name: string, rows: readonly unknown[], text: () => string): string[] {
  return rows.length === 0 ? [] : ['', name, text()];
}
