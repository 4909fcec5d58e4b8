import {
  BrokenCircuitError,
  circuitBreaker,
  ConsecutiveBreaker,
  handleAll,
  timeout,
  TimeoutStrategy,
  wrap,
} from 'cockatiel';

/** How long an attempt may take, in milliseconds. */
const ATTEMPT_MS = 10_000;
/** After so many failures in a row a target is left alone for a while. */
const FAILURES = 5;
export const REST_MS = 60_000;

/** What stands between us and a target that does not answer. */
export interface Breaker {
  /**
   * Runs one attempt, whose failures throw, for at most 10 s.
   * @throws BrokenCircuit when it was not made at all; what the attempt throws
   */
  run<T>(attempt: (signal: AbortSignal) => Promise<T>, signal: AbortSignal): Promise<T>;
}

export { BrokenCircuitError as BrokenCircuit };

/** A breaker for one target. `ms`: how long an attempt may take, how long it rests. */
export function createBreaker(ms: { attempt?: number; rest?: number } = {}): Breaker {
  const policy = wrap(
    circuitBreaker(handleAll, { halfOpenAfter: ms.rest ?? REST_MS, breaker: new ConsecutiveBreaker(FAILURES) }),
    timeout(ms.attempt ?? ATTEMPT_MS, TimeoutStrategy.Aggressive),
  );
  return { run: (attempt, signal) => policy.execute(({ signal: own }) => attempt(own), signal) };
}
