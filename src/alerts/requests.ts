import { McError, parseDuration, suggest } from '../base/index.js';
import { type Alert, isoOf, type NewAlertSilence } from '../protocol/index.js';
import { alertsAnswer, ruleRows, type Standing } from './answers.js';
import type { Alerts } from './contract.js';
import type { Engine, Entry, Round } from './engine/engine.js';
import type { AlertKeeper } from './keeper.js';
import { type AlertStore, type KeptSilence, silenceRow } from './store/store.js';

export interface RequestsOptions {
  standing: () => Standing;
  engine: Pick<Engine, 'entries' | 'acknowledge'>;
  store: Pick<AlertStore, 'history' | 'keepSilence' | 'endSilence'>;
  keeper: Pick<AlertKeeper, 'also'>;
  /** Keeps and publishes what changed. */
  take: (changes: Round['changes']) => void;
  isAgent: (agent: string) => boolean;
  /** Milliseconds since the epoch. */
  now: () => number;
  newId: () => string;
  /** Other silences are in force: looks at once. */
  setSilences: (silences: KeptSilence[]) => void;
  /** Every alert that a notification announced is acknowledged, so it is too. */
  acknowledgeNotification: (id: string, at: number) => void;
}

const LONGEST_MS = 365 * 86_400_000;
const MOST_SILENCES = 1000;
/** Of a rule that is looked at by itself. */
const LAST_ALERTS = 20;

/** Answers what people ask about alerts, and takes their silences and acknowledgements. */
export function createRequests({ standing, engine, store, keeper, take, now, ...options }: RequestsOptions): Alerts {
  const ruleNamed = (name: string) => {
    const row = ruleRows(standing()).find((rule) => rule.name === name);
    if (row) return row;
    const names = standing().rules.map((rule) => rule.name);
    const [near] = suggest(name, names);
    throw new McError('alert.not_found', `there is no rule "${name.slice(0, 80)}"`, {
      hint: near === undefined ? 'GET /api/alerts lists them' : `did you mean ${near}?`,
    });
  };
  const entriesOf = (wanted: (entry: Entry) => boolean) =>
    [...engine.entries()].filter((entry) => entry.alert.state === 'firing' && wanted(entry));

  const acknowledge = (entries: readonly Entry[]): Alert[] => {
    const at = now();
    take(engine.acknowledge(entries, isoOf(at) ?? ''));
    const announcements = new Set(entries.flatMap(({ notification }) => notification ?? []));
    for (const id of announcements) {
      const rest = entriesOf(({ notification, alert }) => notification === id && alert.acknowledged_at === null);
      if (rest.length === 0) options.acknowledgeNotification(id, at);
    }
    return entries.map(({ alert }) => alert);
  };

  return {
    list: (wanted) => alertsAnswer(standing(), wanted),
    show(name) {
      const rule = ruleNamed(name);
      const { alerts, silences } = alertsAnswer(standing(), { rule: name });
      return { rule, alerts, silences, history: store.history({ rule: name, limit: LAST_ALERTS }).alerts };
    },
    history: (wanted) => store.history(wanted),
    silence(name, { agent = null, for: duration, reason }: Omit<NewAlertSilence, 'agent'> & { agent?: string | null }) {
      const rule = ruleNamed(name);
      const { silences } = standing();
      const ms = parseDuration(duration);
      if (ms === null || ms <= 0 || ms > LONGEST_MS) {
        throw new McError('input.invalid', `for: "${duration.slice(0, 80)}" is not a duration`, {
          hint: 'write it as 30m, 2h or 7d; at most 365d',
        });
      }
      const isKnown = agent === null || options.isAgent(agent) || standing().alerts.some((one) => one.agent === agent);
      if (!isKnown) {
        throw new McError('agent.not_found', 'Agent not found', { hint: 'GET /api/agents lists them' });
      }
      if (silences.length >= MOST_SILENCES) {
        throw new McError('input.invalid', `there are ${silences.length} silences, no more can be kept`, {
          hint: 'end some: DELETE /api/alerts/silences/{id}',
        });
      }
      const createdAt = now();
      const id = options.newId();
      const silence = { id, rule: rule.name, agent, reason, createdAt, until: createdAt + ms };
      keeper.also(() => store.keepSilence(silence));
      options.setSilences([...silences, silence]);
      return silenceRow(silence);
    },
    endSilence(id) {
      const { silences } = standing();
      const silence = silences.find((one) => one.id === id);
      if (!silence) {
        throw new McError('alert.not_found', 'there is no such silence', { hint: 'GET /api/alerts lists them' });
      }
      keeper.also(() => store.endSilence(id));
      options.setSilences(silences.filter((one) => one !== silence));
      return silenceRow({ ...silence, until: now() });
    },
    acknowledge(name, agent) {
      const rule = ruleNamed(name);
      const entries = entriesOf(({ alert }) => alert.rule === rule.name && (agent === null || alert.agent === agent));
      if (entries.length > 0) return acknowledge(entries);
      const about = agent === null ? '' : ` about ${agent}`;
      throw new McError('alert.not_found', `no alert of ${rule.name}${about} fires`, {
        hint: 'GET /api/alerts lists those that do',
      });
    },
    acknowledgeBy: (notification) => acknowledge(entriesOf((entry) => entry.notification === notification)),
  };
}
