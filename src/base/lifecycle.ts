import { setTimeout as delay } from 'node:timers/promises';

interface Stop {
  name: string;
  stop: () => void | Promise<void>;
}

/**
 * Stops of everything that was started, last started first. `stop` is idempotent (every caller gets the same promise),
 * bounded in time, goes on after a failure and joins the errors (alertmanager's app/lifecycle.go does the same).
 */
export class Lifecycle {
  readonly #stops: Stop[] = [];
  #stopping: Promise<void> | null = null;

  /** Code that starts a thing pushes its stop, under the name that an error will show. */
  push(name: string, stop: Stop['stop']): void {
    this.#stops.push({ name, stop });
  }

  get stopping(): boolean {
    return this.#stopping !== null;
  }

  /** @throws AggregateError when stops failed or `limitMs` passed; every stop was called all the same. */
  stop(limitMs = 10_000): Promise<void> {
    this.#stopping ??= this.#run(limitMs);
    return this.#stopping;
  }

  async #run(limitMs: number): Promise<void> {
    const deadline = Date.now() + limitMs;
    const errors: Error[] = [];
    for (let next = this.#stops.pop(); next; next = this.#stops.pop()) {
      const error = await boundedStop(next, Math.max(50, deadline - Date.now()));
      if (error) errors.push(error);
    }
    if (errors.length > 0) throw new AggregateError(errors, errors.map((error) => error.message).join('; '));
  }
}

async function boundedStop({ name, stop }: Stop, limitMs: number): Promise<Error | null> {
  const timer = new AbortController();
  try {
    const late = delay(limitMs, 'late' as const, { signal: timer.signal }).catch(() => 'late' as const);
    const outcome = await Promise.race([Promise.resolve(stop()).then(() => 'stopped' as const), late]);
    return outcome === 'late' ? new Error(`${name} did not stop within ${limitMs} ms`) : null;
  } catch (cause) {
    return new Error(`${name} failed to stop: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  } finally {
    timer.abort();
  }
}
