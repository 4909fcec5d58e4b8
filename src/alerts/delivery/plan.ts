const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
/** Waits after the first attempts, in milliseconds; then it is tried each hour. */
const WAITS = [10 * SECOND, 30 * SECOND, 2 * MINUTE, 10 * MINUTE, 30 * MINUTE] as const;
/** How long it is tried, from the first attempt on. */
const GIVE_UP_MS = 24 * HOUR;
const SPREAD = 0.2;
/** No wait is longer: a time that lies further ahead was written under another clock. */
export const LONGEST_WAIT_MS = HOUR * (1 + SPREAD);

export interface Tried {
  /** Attempts so far, at least one. */
  attempts: number;
  /** Milliseconds since the epoch. */
  firstAt: number;
  now: number;
  /** How long the receiver asks for, in milliseconds; null when it says nothing. */
  afterMs: number | null;
  /** 0 to 1. */
  random: number;
}

/** When it is tried again, in milliseconds since the epoch; null: no more. */
export function nextAttempt({ attempts, firstAt, now, afterMs, random }: Tried): number | null {
  const wait = (WAITS[attempts - 1] ?? HOUR) * (1 - SPREAD + 2 * SPREAD * random);
  const at = now + Math.min(LONGEST_WAIT_MS, Math.max(wait, afterMs ?? 0));
  // A clock that was set back meanwhile makes the first attempt lie ahead: it is counted from now on.
  return at - Math.min(firstAt, now) > GIVE_UP_MS ? null : Math.round(at);
}

/** What an answer means for the message. */
export type Verdict =
  | { outcome: 'delivered' }
  /** Tried again, no sooner than after `afterMs`. */
  | { outcome: 'again'; reason: string; afterMs: number | null }
  /** The receiver wants nothing more of us. */
  | { outcome: 'gone'; reason: string }
  /** To send the same again would change nothing. */
  | { outcome: 'refused'; reason: string };

export interface Answer {
  status: number;
  /** The header `Retry-After`; null: there is none. */
  retryAfter: string | null;
  /** Where it redirects to, without what may be secret; null. */
  leadsTo: string | null;
  /** The beginning of its body. */
  text: string;
}

/** Judges a receiver's answer. */
export function judge(answer: Answer, now: number): Verdict {
  const { status, leadsTo } = answer;
  if (status >= 200 && status < 300) return { outcome: 'delivered' };
  const said = excerpt(answer.text);
  const reason = `it answered ${status}${said === '' ? '' : `: ${said}`}`;
  if (status === 410) return { outcome: 'gone', reason };
  if (status >= 300 && status < 400) {
    const where = leadsTo === null ? '' : ` to ${leadsTo}`;
    return { outcome: 'again', reason: `it redirects (${status})${where}, which is not followed`, afterMs: null };
  }
  if (status === 408 || status === 429 || status >= 500 || status < 200) {
    return { outcome: 'again', reason, afterMs: askedFor(answer, now) };
  }
  return { outcome: 'refused', reason };
}

/** `Retry-After` in seconds or as a date; Telegram and Discord say it in their JSON. */
function askedFor({ retryAfter, text }: Answer, now: number): number | null {
  if (retryAfter !== null) {
    const ms = /^\d{1,9}$/.test(retryAfter.trim()) ? Number(retryAfter) * SECOND : Date.parse(retryAfter) - now;
    if (Number.isFinite(ms)) return Math.max(0, ms);
  }
  const [, seconds] = /"retry_after"\s*:\s*(\d{1,9}(?:\.\d{1,6})?)/.exec(text) ?? [];
  return seconds === undefined ? null : Number(seconds) * SECOND;
}

/** What a stranger says, on one line and short. */
export function excerpt(text: string): string {
  const words = text
    .slice(0, 1000)
    // oxlint-disable-next-line no-control-regex -- control characters are what this is about
    .replaceAll(/[\s\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]+/g, ' ')
    .trim();
  return words.length > 200 ? `${words.slice(0, 199)}…` : words;
}
