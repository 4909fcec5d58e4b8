/** What a service says of itself when asked. */
export interface ServiceReport {
  /** `available`, or what is wrong. */
  state: string;
  /** True: nothing works without it, and it does not work. */
  down?: boolean;
  /** False: it is switched off on purpose. */
  active?: boolean;
}

export const SERVICE_NAMES = ['websocket', 'pipeline', 'backup', 'watcher', 'alerts'] as const;
export type ServiceName = (typeof SERVICE_NAMES)[number];

/**
 * The services that health tells of. One that is not plugged in is `available`, because clients of the system before this one
 * take any other word for a fault; that it does nothing is said by `active`.
 */
export interface Services {
  /** Whoever starts a service says how it is found out how it does. Asked at each health check: answer from memory. */
  plug(name: ServiceName, report: () => ServiceReport): void;
  states(): Record<ServiceName, string>;
  /** Services that are down, with the reason. */
  down(): FailingService[];
  /** Both, and which services are at work, asked for once: probes do it all day. */
  look(): { states: Record<ServiceName, string>; active: Record<ServiceName, boolean>; down: FailingService[] };
}

export interface FailingService {
  service: ServiceName;
  reason: string;
}

/** A registry in which nothing is plugged in yet. */
export function createServices(): Services {
  const reports = new Map<ServiceName, () => ServiceReport>();
  const ask = (name: ServiceName): ServiceReport => {
    try {
      return reports.get(name)?.() ?? { state: 'available', active: false };
    } catch (error) {
      return { state: `does not answer: ${error instanceof Error ? error.message : String(error)}` };
    }
  };
  const look = () => {
    const states = {} as Record<ServiceName, string>;
    const active = {} as Record<ServiceName, boolean>;
    const down: FailingService[] = [];
    for (const service of SERVICE_NAMES) {
      const report = ask(service);
      states[service] = report.state;
      active[service] = report.active ?? true;
      if (report.down === true) down.push({ service, reason: report.state });
    }
    return { states, active, down };
  };
  return {
    plug(name, report) {
      reports.set(name, report);
    },
    states: () => look().states,
    down: () => look().down,
    look,
  };
}
