/** What a service says of itself when asked. */
export interface ServiceReport {
  /** `available`, or what is wrong. */
  state: string;
  /** True: nothing works without it, and it does not work. */
  down?: boolean;
}

export const SERVICE_NAMES = ['websocket', 'pipeline', 'backup', 'watcher', 'alerts'] as const;
export type ServiceName = (typeof SERVICE_NAMES)[number];

/** The services that health tells of. One that nobody has plugged in is `available`: it is switched off on purpose. */
export interface Services {
  /** Whoever starts a service says how it is found out how it does. Asked at each health check: answer from memory. */
  plug(name: ServiceName, report: () => ServiceReport): void;
  states(): Record<ServiceName, string>;
  /** Services that are down, with the reason. */
  down(): FailingService[];
  /** Both, asked for once: probes do it all day. */
  look(): { states: Record<ServiceName, string>; down: FailingService[] };
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
      return reports.get(name)?.() ?? { state: 'available' };
    } catch (error) {
      return { state: `does not answer: ${error instanceof Error ? error.message : String(error)}` };
    }
  };
  const look = () => {
    const states = {} as Record<ServiceName, string>;
    const down: FailingService[] = [];
    for (const service of SERVICE_NAMES) {
      const report = ask(service);
      states[service] = report.state;
      if (report.down === true) down.push({ service, reason: report.state });
    }
    return { states, down };
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
