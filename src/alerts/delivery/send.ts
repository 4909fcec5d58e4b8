import { errnoOf } from '../../base/index.js';
import type { Breaker } from './breaker.js';
import type { Smtp } from './mail.js';
import type { Message } from './message.js';
import { excerpt, judge, type Verdict } from './plan.js';
import { hider, SecretError, valueOf } from './secret.js';
import { neededSecret, type Target } from './target.js';

/** How an attempt ended. `resting`: it was not made, because the target failed too often. `stopped`: we are shutting down. */
export type Attempt = Verdict | { outcome: 'resting' } | { outcome: 'stopped' };

export interface Sender {
  /** Loads what most targets need, in the background. */
  warm(): void;
  /** Makes one attempt. Never rejects; reasons hold no secret. */
  send(target: Target, message: Message, options: { signal: AbortSignal; canary?: boolean }): Promise<Attempt>;
}

export interface SenderOptions {
  smtp: Smtp;
  env: NodeJS.ProcessEnv;
  now: () => number;
  /** How long an attempt may take and how long a failing target rests, in milliseconds; absent: as the contract says. */
  ms?: { attempt?: number; rest?: number };
}

/** What begins with another program, or talks to a mail server, may take longer than a POST. */
const SLOW_MS = 30_000;

/** An attempt that failed and is worth another: it counts for the breaker. */
class AgainError extends Error {
  readonly verdict: Verdict;
  constructor(verdict: Verdict & { outcome: 'again' }) {
    super(verdict.reason);
    this.verdict = verdict;
  }
}

/** Sends messages. The packages for it are loaded with the first one: a server without targets has no use for them. */
export function createSender({ smtp, env, now, ms = {} }: SenderOptions): Sender {
  const breakers = new Map<string, Breaker>();
  const load = lazily(async () => ({
    breaker: await import('./breaker.js'),
    post: await import('./post.js'),
    forms: await import('./targets/forms.js'),
  }));

  const transmit = async (target: Target, message: Message, secrets: readonly string[], way: Way): Promise<Verdict> => {
    const { address } = target;
    if (address.kind === 'email') {
      const [{ mail }, { letterOf }] = await Promise.all([import('./mail.js'), import('./targets/email.js')]);
      return mail(letterOf(message), address.to ?? '', smtp, way.signal);
    }
    if (address.kind === 'apprise' && address.endpoint === null) {
      const [{ runApprise }, { noticeOf }] = await Promise.all([
        import('./run-apprise.js'),
        import('./targets/apprise.js'),
      ]);
      return runApprise(noticeOf(message), address.to ?? secrets[0] ?? '', env, way.signal);
    }
    const { post, forms } = await load();
    const outgoing = forms.FORMS[address.kind]({ message, address, secrets, canary: way.canary });
    const isPrivate = target.private || address.kind === 'apprise';
    return judge(await post.post(outgoing, { private: isPrivate, signal: way.signal }), now());
  };

  return {
    warm: () => void load().catch(() => {}),
    async send(target, message, { signal, canary = false }) {
      let hide = hider([], [target.url]);
      try {
        const secrets = target.secrets.map((secret) => valueOf(secret, env));
        hide = hider(secrets, [target.url]);
        const needed = secrets.length === 0 ? neededSecret(target.address) : null;
        if (needed !== null) return { outcome: 'refused', reason: `${needed} is missing` };
        const { breaker, post } = await load();
        const place = `${target.name} ${target.url}`;
        const kept = breakers.get(place) ?? breaker.createBreaker(withDefaults(target, ms));
        breakers.set(place, kept);
        try {
          const attempt = async (own: AbortSignal) => {
            const verdict = await transmit(target, message, secrets, { signal: own, canary });
            if (verdict.outcome === 'again') throw new AgainError(verdict);
            return verdict;
          };
          return hidden(await kept.run(attempt, signal), hide);
        } catch (error) {
          if (signal.aborted) return { outcome: 'stopped' };
          if (error instanceof breaker.BrokenCircuit) return { outcome: 'resting' };
          if (error instanceof AgainError) return hidden(error.verdict, hide);
          if (error instanceof post.ForbiddenError) {
            return { outcome: 'refused', reason: `${error.message}: allow it with "private": true` };
          }
          return { outcome: 'again', reason: hide(reasonFor(error)), afterMs: null };
        }
      } catch (error) {
        // A secret may be set by and by; what a form could not be made of stays as it is.
        const reason = hide(error instanceof Error ? error.message : String(error));
        return error instanceof SecretError
          ? { outcome: 'again', reason, afterMs: null }
          : { outcome: 'refused', reason };
      }
    },
  };
}

interface Way {
  signal: AbortSignal;
  canary: boolean;
}

function withDefaults(
  { address }: Target,
  ms: { attempt?: number; rest?: number },
): { attempt?: number; rest?: number } {
  const isSlow = address.kind === 'email' || (address.kind === 'apprise' && address.endpoint === null);
  return isSlow ? { attempt: SLOW_MS, ...ms } : ms;
}

function hidden(verdict: Verdict, hide: (text: string) => string): Verdict {
  return 'reason' in verdict ? { ...verdict, reason: hide(verdict.reason) } : verdict;
}

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ECONNRESET: 'it hung up',
  ENOTFOUND: 'its host is not known',
  EAI_AGAIN: 'its host cannot be looked up now',
  ETIMEDOUT: 'it cannot be reached',
  EHOSTUNREACH: 'it cannot be reached',
  ENETUNREACH: 'there is no way to its network',
  EPIPE: 'it hung up',
};

function reasonFor(error: unknown): string {
  if (error instanceof Error && ('isTaskCancelledError' in error || error.name === 'AbortError')) {
    return 'no answer in time';
  }
  const message = error instanceof Error ? error.message : String(error);
  // The mail library has codes of its own, and the system's in its words.
  const code = [errnoOf(error), ...(/\bE[A-Z_]{3,}\b/.exec(message) ?? [])].find(
    (one) => one !== null && one in REASONS,
  );
  return code ? `${REASONS[code]} (${code})` : excerpt(message);
}

function lazily<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    // What could not be loaded once may be there the next time.
    made ??= make().catch((error: unknown) => {
      made = undefined;
      throw error;
    });
    return made;
  };
}
