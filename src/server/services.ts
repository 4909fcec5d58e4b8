import { toMcError } from '../base/index.js';
import { SERVICE_NAMES, type ServiceDetail, type ServiceName } from '../protocol/index.js';
import { createLastErrors, type Failure, isSameDetail, wireFailure } from './last-errors.js';

/** What a service says of itself when asked. */
export interface ServiceReport {
  /** `available`, or what is wrong. */
  state: string;
  /** True: nothing works without it, and it does not work. */
  down?: boolean;
  /** False: it is switched off on purpose. */
  active?: boolean;
  /** How often it was started again after a failure. */
  restarts?: number;
  /** Why it failed last, where that is over by now too. `at`: milliseconds since the epoch. */
  lastError?: Failure;
}

/**
 * The services that health names. One that is not plugged in is `available`, because clients of the system before this one
 * take any other word for a fault; that it does nothing is said by `active`.
 */
export interface Services {
  /** Adds a service. `report` is called at each health check: it answers from memory. */
  plug(name: ServiceName, report: () => ServiceReport): void;
  /** Something of a service failed that it goes on after: kept as its last error. */
  note(name: ServiceName | 'api', error: unknown): void;
  states(): Record<ServiceName, string>;
  /** Services that are down, with the reason. */
  down(): FailingService[];
  /** All of it, asked for once: probes do it all day. What is wrong now is remembered as a last error. */
  look(): ServicesLook;
}

export interface ServicesLook {
  states: Record<ServiceName, string>;
  active: Record<ServiceName, boolean>;
  down: FailingService[];
  /** The very same object as long as nothing in it has changed. */
  details: ServiceDetails;
}

export type ServiceDetails = Record<ServiceName | 'api', ServiceDetail>;

export interface FailingService {
  service: ServiceName;
  reason: string;
}

/** A registry in which nothing is plugged in yet. `now`: milliseconds since the epoch; `root`: what paths are shown relative to. */
export function createServices(now: () => number = Date.now, root?: string): Services {
  const reports = new Map<ServiceName, () => ServiceReport>();
  const errors = createLastErrors(now);
  let details = {} as ServiceDetails;
  const ask = (name: ServiceName): ServiceReport => {
    try {
      return reports.get(name)?.() ?? { state: 'available', active: false };
    } catch (error) {
      return { state: `does not answer: ${error instanceof Error ? error.message : String(error)}` };
    }
  };
  const look = (): ServicesLook => {
    const states = {} as Record<ServiceName, string>;
    const active = {} as Record<ServiceName, boolean>;
    const down: FailingService[] = [];
    const found = { api: detailOf({ state: 'available' }, errors.look('api', 'available')) } as ServiceDetails;
    for (const service of SERVICE_NAMES) {
      const report = ask(service);
      states[service] = report.state;
      active[service] = report.active ?? true;
      if (report.down === true) down.push({ service, reason: report.state });
      found[service] = detailOf(report, errors.look(service, report.state, report.lastError));
    }
    if (!isSame(details, found)) details = found;
    return { states, active, down, details };
  };
  return {
    plug(name, report) {
      reports.set(name, report);
    },
    note(name, error) {
      errors.note(name, toMcError(error, root).message);
    },
    states: () => look().states,
    down: () => look().down,
    look,
  };
}

function detailOf(report: ServiceReport, failure: Failure | null): ServiceDetail {
  const { state, down, active, restarts = 0 } = report;
  const word = state !== 'available' ? (down ? 'down' : 'degraded') : active === false ? 'off' : 'running';
  return { state: word, restarts, last_error: wireFailure(failure) };
}

function isSame(one: Partial<ServiceDetails>, other: ServiceDetails): boolean {
  return (Object.keys(other) as (keyof ServiceDetails)[]).every((name) => {
    const [before, after] = [one[name], other[name]];
    return before?.restarts === after.restarts && isSameDetail(before, after);
  });
}
