import { type Alert, type AlertSeverity, isoOf } from '../../protocol/index.js';
import type { AlertChange } from '../contract.js';
import type { ActiveRule, Finding, World } from '../rules/index.js';
import type { KeptAlert, KeptSilence } from '../store/store.js';

export interface EngineOptions {
  /** Names this machine in the ids of alerts. */
  host: string;
  /** What was pending or fired when the last server ended. */
  kept: readonly KeptAlert[];
  /** What is over, and for how much longer the next one of it waits: milliseconds by `keyOf`. */
  cooling?: ReadonlyMap<string, number>;
}

/** A pending or firing alert in memory. */
export interface Entry extends KeptAlert {
  /** For how long its condition has not held while it fires; null: it holds. Milliseconds. */
  clearMs: number | null;
  /** For how long what it says has not been held against what is found now, in milliseconds. */
  unreadMs: number;
}

/** What one look at the world led to. */
export interface Round {
  changes: (AlertChange & { entry: Entry })[];
  /** Milliseconds after which something is due although nothing happens; null: nothing is. */
  dueMs: number | null;
  /** What rules threw, by their name. */
  failures: Map<string, unknown>;
}

/**
 * What becomes of alerts: inactive → pending → firing → over. Durations are sums of what passed by a monotonic clock between
 * two looks, so that setting the clock neither fires nor ends anything. Nothing here writes or tells.
 */
export interface Engine {
  /** `at`: monotonic milliseconds. A rule that throws does not stop the others; its alerts stay as they are. */
  look(rules: readonly ActiveRule[], world: World, silences: readonly KeptSilence[], at: number): Round;
  /** Those that fire and those that are pending. */
  entries(): Iterable<Entry>;
  /** Somebody knows of these. */
  acknowledge(entries: readonly Entry[], at: string): Round['changes'];
}

/** What an alert says while it fires is brought up to date so often: figures move all the time. */
const REFRESH_MS = 60_000;
/** A fleet that fails as a whole is taken in over several looks, so that none of them holds everybody else up. */
const MOST_CHANGES = 100;

/** One alert of a rule for each agent, and one about none. */
export function keyOf(rule: string, agent: string | null): string {
  return `${rule}\0${agent ?? ''}`;
}

export function createEngine({ host, kept, cooling = new Map() }: EngineOptions): Engine {
  const byRule = new Map<string, Map<string | null, Entry>>();
  const cool = new Map(cooling);
  let titles = new Map<string, string>();
  let last: number | null = null;
  let lastSeen = 0;
  const ofRule = (rule: string) => {
    const known = byRule.get(rule) ?? new Map<string | null, Entry>();
    byRule.set(rule, known);
    return known;
  };
  for (const alert of kept) ofRule(alert.alert.rule).set(alert.alert.agent, { ...alert, clearMs: null, unreadMs: 0 });

  const judge = (rule: ActiveRule, world: World, round: Round, passed: number): void => {
    const held = ofRule(rule.name);
    const unknown = new Set<string>();
    const found = new Map<string | null, Finding>();
    let allUnknown = false;
    const wakeIn = (ms: number) => {
      round.dueMs = Math.min(round.dueMs ?? ms, ms);
    };
    try {
      if (rule.enabled) {
        rule.judge(
          world,
          {
            // The first counts: one alert for one thing.
            found: (finding) => void (found.has(finding.agent) || found.set(finding.agent, finding)),
            unknown: (agent) => {
              if (agent === undefined) allUnknown = true;
              else unknown.add(agent);
            },
            wakeIn,
          },
          rule.limit ?? 0,
        );
      }
    } catch (error) {
      round.failures.set(rule.name, error);
      return;
    }
    const now = isoOf(world.now) ?? '';
    for (const [agent, finding] of found) {
      const entry = held.get(agent) ?? begin(rule, finding, world.now);
      if (!held.has(agent)) held.set(agent, entry);
      else if (entry.alert.state === 'pending') {
        entry.heldMs = Math.max(entry.heldMs + passed, finding.heldMs ?? 0);
      }
      entry.clearMs = null;
      if (entry.alert.state === 'firing') {
        entry.unreadMs += passed;
        if (entry.unreadMs >= REFRESH_MS && round.changes.length < MOST_CHANGES)
          refresh(rule, entry, finding, { now, round });
      }
      if (entry.alert.state !== 'pending') continue;
      const wait = Math.max(rule.forMs - entry.heldMs, cool.get(keyOf(rule.name, agent)) ?? 0);
      if (wait > 0 || round.changes.length >= MOST_CHANGES) {
        if (entry.alert.summary === '') entry.alert = saying(entry.alert, rule, finding);
        wakeIn(Math.max(0, wait));
      } else round.changes.push(fired(rule, entry, finding, now));
    }
    if (allUnknown) return;
    for (const [agent, entry] of held) {
      if (found.has(agent) || (agent !== null && unknown.has(agent))) continue;
      if (entry.alert.state === 'pending') {
        held.delete(agent);
        continue;
      }
      entry.clearMs = entry.clearMs === null ? 0 : entry.clearMs + passed;
      const rest = rule.enabled ? rule.keepFiringMs - entry.clearMs : 0;
      if (rest > 0 || round.changes.length >= MOST_CHANGES) wakeIn(Math.max(0, rest));
      else end(rule.title, entry, now, round);
    }
  };

  /** It goes on: what it says is what is found now, not what it fired with. */
  const refresh = (
    rule: ActiveRule,
    entry: Entry,
    finding: Finding,
    { now, round }: { now: string; round: Round },
  ): void => {
    entry.unreadMs = 0;
    const alert = saying(entry.alert, rule, finding);
    if (saysTheSame(alert, entry.alert)) return;
    entry.alert = { ...alert, updated_at: now };
    round.changes.push({ kind: 'updated', alert: entry.alert, title: rule.title, tell: false, entry });
  };

  const begin = (rule: ActiveRule, { agent, heldMs = 0 }: Finding, now: number): Entry => {
    const since = isoOf(now - heldMs) ?? '';
    // Never twice the same, whatever is done to the clock: by its id an alert is told from the one before.
    lastSeen = Math.max(now, lastSeen + 1);
    const id = [rule.name, agent ?? '', host, isoOf(lastSeen) ?? ''].join('|');
    const { name, severity, unit } = rule;
    const nothing = { value: null, limit: null, summary: '', evidence: '' };
    const times = { since, fired_at: null, resolved_at: null, updated_at: null };
    const seen = { acknowledged_at: null, silenced_until: null, muted: rule.muted };
    const alert: Alert = { id, rule: name, severity, state: 'pending', agent, unit, ...nothing, ...times, ...seen };
    return { alert, heldMs, clearMs: null, unreadMs: 0, told: false, notification: null };
  };

  const end = (title: string, entry: Entry, now: string, round: Round): void => {
    const { rule, agent } = entry.alert;
    entry.alert = { ...entry.alert, state: 'resolved', resolved_at: now };
    ofRule(rule).delete(agent);
    round.changes.push({ kind: 'resolved', alert: entry.alert, title, tell: entry.told, entry });
  };

  /** Silences and mutes begin and end; a new alert and one that is held back no longer are told, unless somebody knows. */
  const settle = (rules: readonly ActiveRule[], silences: readonly KeptSilence[], now: number, round: Round) => {
    const changes = new Map(round.changes.map((change) => [change.entry, change]));
    for (const rule of rules) {
      for (const entry of byRule.get(rule.name)?.values() ?? []) {
        const until = silencedUntil(entry.alert, silences, now);
        if (until !== null) round.dueMs = Math.min(round.dueMs ?? Number.POSITIVE_INFINITY, until - now + 1);
        const silenced_until = until === null ? null : isoOf(until);
        const { muted } = rule;
        const changed = silenced_until !== entry.alert.silenced_until || muted !== entry.alert.muted;
        if (changed) entry.alert = { ...entry.alert, silenced_until, muted };
        if (entry.alert.state !== 'firing' || (!changed && !changes.has(entry))) continue;
        const tell = !entry.told && !muted && until === null && entry.alert.acknowledged_at === null;
        entry.told ||= tell;
        const own = changes.get(entry);
        if (own)
          Object.assign(own, { alert: entry.alert, tell, ...(own.kind === 'updated' && changed ? CHANGED : {}) });
        else round.changes.push({ kind: 'changed', alert: entry.alert, title: rule.title, tell, entry });
      }
    }
  };

  return {
    look(rules, world, silences, at) {
      const passed = last === null ? 0 : Math.max(0, at - last);
      last = at;
      const round: Round = { changes: [], dueMs: null, failures: new Map() };
      for (const [key, rest] of cool) {
        if (rest <= passed) cool.delete(key);
        else cool.set(key, rest - passed);
      }
      titles = new Map(rules.map(({ name, title }) => [name, title]));
      for (const rule of rules) judge(rule, world, round, passed);
      // A rule that is no longer there: what it found cannot be judged any more.
      for (const [name, entries] of byRule) {
        if (titles.has(name)) continue;
        for (const entry of entries.values()) {
          if (entry.alert.state === 'firing') end(name, entry, isoOf(world.now) ?? '', round);
        }
        byRule.delete(name);
      }
      for (const { kind, alert } of round.changes) {
        const rule = rules.find(({ name }) => name === alert.rule);
        if (kind === 'resolved' && rule && rule.cooldownMs > 0)
          cool.set(keyOf(alert.rule, alert.agent), rule.cooldownMs);
      }
      settle(rules, silences, world.now, round);
      return round;
    },
    *entries() {
      for (const entries of byRule.values()) yield* entries.values();
    },
    acknowledge: (entries, at) =>
      entries
        .filter(({ alert }) => alert.state === 'firing' && alert.acknowledged_at === null)
        .map((entry) => {
          entry.alert = { ...entry.alert, acknowledged_at: at };
          return {
            kind: 'changed' as const,
            alert: entry.alert,
            title: titles.get(entry.alert.rule) ?? entry.alert.rule,
            tell: false,
            entry,
          };
        }),
  };
}

/** More than new figures. */
const CHANGED = { kind: 'changed' } as const;

/** True when both say the same of what is wrong. */
function saysTheSame(one: Alert, other: Alert): boolean {
  return (['summary', 'evidence', 'value', 'limit', 'severity'] as const).every((key) => one[key] === other[key]);
}

/** It fires from now on. Who is told is settled later. */
function fired(rule: ActiveRule, entry: Entry, finding: Finding, now: string): Round['changes'][number] {
  entry.alert = { ...saying(entry.alert, rule, finding), state: 'firing', fired_at: now };
  entry.unreadMs = 0;
  return { kind: 'firing', alert: entry.alert, title: rule.title, tell: false, entry };
}

/** An alert with what was found now. */
function saying(alert: Alert, rule: ActiveRule, finding: Finding): Alert {
  const { value = null, limit = value === null ? null : rule.limit } = finding;
  const severity: AlertSeverity = rule.severity;
  return { ...alert, severity, value, limit, unit: value === null ? null : rule.unit, ...finding.say() };
}

/** Until when nobody is told of an alert, in milliseconds; null: it is not silenced. */
function silencedUntil({ rule, agent }: Alert, silences: readonly KeptSilence[], now: number): number | null {
  let until: number | null = null;
  for (const silence of silences) {
    if (silence.rule !== rule || silence.until <= now) continue;
    if (silence.agent === null || silence.agent === agent) until = Math.max(until ?? 0, silence.until);
  }
  return until;
}
