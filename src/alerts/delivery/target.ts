import { McError } from '../../base/index.js';
import { ALERT_SEVERITIES, type Alert, type AlertSeverity, type AlertTarget } from '../../protocol/index.js';
import type { Quiet } from './quiet.js';

/** The forms in which an alert can leave. */
export const TARGET_KINDS = [
  'webhook',
  'slack',
  'discord',
  'ntfy',
  'telegram',
  'pagerduty',
  'email',
  'apprise',
] as const;
export type TargetKind = (typeof TARGET_KINDS)[number];

/** A value that nobody is shown: itself, or where it stands. */
export type Secret = string | { env: string } | { file: string };

/** What a target's URL says: its form, and where that leads. */
export interface Address {
  kind: TargetKind;
  /**
   * Where it is posted to: an http(s) URL; null where the secret is the whole of it (`slack:`, `discord:`, `apprise:`), and for
   * e-mail.
   */
  endpoint: string | null;
  /** The chat, the mailboxes, the URL for the `apprise` command; null for forms that have none. */
  to: string | null;
}

/** Where alerts go: one entry of `targets` in the user's `alerts.json`. */
export interface Target {
  name: string;
  url: string;
  address: Address;
  /** Signing secrets (two while one replaces the other), or the one token that its form needs. */
  secrets: readonly Secret[];
  /** The mildest severity that it hears of. */
  level: AlertSeverity;
  /** Only alerts of these rules; empty: of all. */
  rules: readonly string[];
  /** Only alerts about agents whose id is like one of these (`*`, `?`); empty: all, and those about no agent. */
  agents: readonly string[];
  /** When only `critical` passes; null: never. */
  quiet: Quiet | null;
  /** It may lie on this machine or in a private network, and be spoken to without TLS. */
  private: boolean;
  /** Hears of alerts only while no Alertmanager answers; without one, always. */
  fallback: boolean;
  paused: boolean;
}

const SCHEME = /^(?:(slack|discord|ntfy|telegram|pagerduty|apprise)\+)?(https?):\/\//i;

/** Where forms with one service lead unless the URL names another. */
const HOMES: Partial<Record<TargetKind, string>> = {
  telegram: 'https://api.telegram.org',
  pagerduty: 'https://events.pagerduty.com',
};

const FORMS_HINT =
  'write https://…, slack+https://…, discord+https://…, ntfy+https://HOST/TOPIC, telegram://CHAT, pagerduty://, mailto:YOU@HOST or apprise:URL';

/**
 * Reads a target's URL.
 * @throws McError `usage` saying what is wrong with it; never with more of the URL than its scheme, which may be a secret
 */
export function parseAddress(url: string): Address {
  const [, form, scheme] = SCHEME.exec(url) ?? [];
  if (scheme !== undefined) return overHttp((form?.toLowerCase() ?? 'webhook') as TargetKind, url);
  const [, word = ''] = /^([a-z]+):/i.exec(url) ?? [];
  const rest = url.slice(word.length + 1).replace(/^\/\//, '');
  switch (word.toLowerCase()) {
    case 'telegram':
      return { kind: 'telegram', endpoint: HOMES.telegram ?? null, to: chatOf(rest) };
    case 'pagerduty':
      if (rest !== '') throw refused('pagerduty:// takes nothing behind it', 'the routing key is read from stdin');
      return { kind: 'pagerduty', endpoint: HOMES.pagerduty ?? null, to: null };
    case 'mailto':
      return { kind: 'email', endpoint: null, to: mailboxesOf(rest) };
    case 'apprise':
      return { kind: 'apprise', endpoint: null, to: url.slice(word.length + 1) || null };
    case 'slack':
    case 'discord':
      if (rest === '') return { kind: word.toLowerCase() as TargetKind, endpoint: null, to: null };
      throw refused(`${word}: takes nothing behind it`, `write ${word}+https://…, or give the URL on stdin`);
    default:
      throw refused('the URL of a target has a form that is not known', FORMS_HINT);
  }
}

function overHttp(kind: TargetKind, url: string): Address {
  const plain = url.slice(url.indexOf('+') < url.indexOf(':') ? url.indexOf('+') + 1 : 0);
  let parsed: URL;
  try {
    parsed = new URL(plain);
  } catch {
    throw refused('the URL of a target cannot be read', FORMS_HINT);
  }
  if (parsed.hash !== '') throw refused('the URL of a target ends in #…', 'leave that out');
  const segments = parsed.pathname.split('/').filter((it) => it !== '');
  if (kind === 'ntfy' && segments.length !== 1) {
    throw refused('the URL of an ntfy target names no topic', 'write ntfy+https://HOST/TOPIC');
  }
  if (kind === 'telegram') return { kind, endpoint: parsed.origin, to: chatOf(segments.join('/')) };
  if (kind === 'pagerduty') return { kind, endpoint: parsed.origin, to: null };
  return { kind, endpoint: parsed.href, to: null };
}

function chatOf(text: string): string {
  if (/^(?:-?\d{1,20}|@\w{1,64})$/.test(text)) return text;
  throw refused('the chat of a Telegram target is a number or @name', 'write telegram://-1001234567890');
}

function mailboxesOf(text: string): string {
  const boxes = text.split(',').map((box) => decoded(box).trim());
  if (boxes.every((box) => /^[^\s@,;<>"()\\]{1,64}@[a-z\d.-]{1,253}$/i.test(box))) return boxes.join(', ');
  throw refused('the mailboxes of a target cannot be read', 'write mailto:you@example.org,other@example.org');
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function refused(message: string, hint: string): McError {
  return new McError('usage', message, { hint });
}

/** Whether a target of this kind does nothing without a secret, and which one it is. */
export function neededSecret({ kind, endpoint, to }: Address): string | null {
  if (kind === 'telegram') return 'the token of the bot';
  if (kind === 'pagerduty') return 'the routing key of the service';
  if (kind === 'apprise') return endpoint === null && to === null ? 'the URL for apprise' : null;
  return endpoint === null && kind !== 'email' ? 'the URL of the webhook' : null;
}

/** A target's URL as people are shown it: paths and queries often are the secret. */
export function shownUrl({ url, address: { kind, endpoint, to } }: Pick<Target, 'url' | 'address'>): string {
  if (kind === 'apprise' && endpoint === null) return 'apprise:•••';
  if (endpoint === null || endpoint === HOMES[kind]) return url;
  if (kind === 'telegram') return `telegram+${endpoint}/${to}`;
  const { protocol, host, pathname, search, username } = new URL(endpoint);
  const form = kind === 'webhook' ? '' : `${kind}+`;
  const hidden = pathname === '/' && search === '' ? '' : '/•••';
  return `${form}${protocol}//${username === '' ? '' : '•••@'}${host}${hidden}`;
}

/** What of a target may be shown, without what is only known of its deliveries. */
export function shownTarget(target: Target): AlertTarget {
  const { name, level, rules, agents, quiet, fallback, paused } = target;
  return {
    name,
    kind: target.address.kind,
    url: shownUrl(target),
    level,
    rules: [...rules],
    agents: [...agents],
    quiet: quiet?.text ?? null,
    private: target.private,
    fallback,
    paused,
    off: null,
    waiting: null,
    last_success_at: null,
    last_error_at: null,
    last_error: null,
  };
}

/** Whether a target hears of an alert. */
export function hears({ level, rules, agents }: Target, { severity, rule, agent }: Alert): boolean {
  if (ALERT_SEVERITIES.indexOf(severity) < ALERT_SEVERITIES.indexOf(level)) return false;
  if (rules.length > 0 && !rules.includes(rule)) return false;
  return agents.length === 0 || (agent !== null && agents.some((glob) => isLike(agent, glob)));
}

/** Whether a text is like a pattern with `*` and `?`. Takes time in proportion to both, whatever they hold. */
export function isLike(text: string, glob: string): boolean {
  let [at, in_] = [0, 0];
  let [star, from] = [-1, 0];
  while (at < text.length) {
    if (glob[in_] === '*') {
      star = in_;
      from = at;
      in_ += 1;
    } else if (in_ < glob.length && (glob[in_] === '?' || glob[in_] === text[at])) {
      at += 1;
      in_ += 1;
    } else if (star >= 0) {
      from += 1;
      at = from;
      in_ = star + 1;
    } else return false;
  }
  while (glob[in_] === '*') in_ += 1;
  return in_ === glob.length;
}
