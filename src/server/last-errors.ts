import { isoOf, type LastError } from '../protocol/index.js';

/** Why something failed last. `at`: milliseconds since the epoch. */
export interface Failure {
  at: number;
  message: string;
}

/** Why each of several things failed last, kept when that is over too. */
export interface LastErrors {
  /** Something failed that goes on after it. */
  note(name: string, message: string): void;
  /**
   * Takes in what a thing says of itself (`available`, or what is wrong), and returns the newest failure known; null: none. What
   * is wrong counts from when it was first seen; `said`: what the thing knows better.
   */
  look(name: string, state: string, said?: Failure): Failure | null;
}

/** Knows of no failure yet. `now`: milliseconds since the epoch. */
export function createLastErrors(now: () => number): LastErrors {
  const failures = new Map<string, Failure>();
  /** What is wrong at this time. */
  const wrong = new Map<string, string>();
  const note = (name: string, message: string) => void failures.set(name, { at: now(), message });
  return {
    note,
    look(name, state, said) {
      if (state === 'available') wrong.delete(name);
      else if (said === undefined && wrong.get(name) !== state) {
        wrong.set(name, state);
        note(name, state);
      }
      const kept = failures.get(name);
      return said !== undefined && said.at >= (kept?.at ?? 0) ? said : (kept ?? null);
    },
  };
}

/** The same as answers write it. */
export function wireFailure(failure: Failure | null): LastError | null {
  return failure === null ? null : { at: isoOf(failure.at) ?? '', message: failure.message };
}

interface Detail {
  state: string;
  last_error: LastError | null;
}

/** True when both say the same. */
export function isSameDetail(one: Detail | undefined, other: Detail): boolean {
  return (
    one?.state === other.state &&
    one.last_error?.at === other.last_error?.at &&
    one.last_error?.message === other.last_error?.message
  );
}
