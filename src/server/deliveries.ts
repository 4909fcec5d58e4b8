import { hostname } from 'node:os';
import {
  type AlertsFileReader,
  createDelivery,
  createTargetBook,
  type Delivery,
  openAlertsFile,
} from '../alerts/index.js';
import { type Clock, monotonicNow, type Settings } from '../base/index.js';
import type { Logger } from '../base/log.js';
import type { EventDraft } from '../protocol/index.js';
import type { ServiceReport } from './services.js';

export interface DeliveriesPlan {
  settings: Pick<Settings, 'alertmanagerUrl' | 'smtpUrl' | 'smtpFrom' | 'demo'>;
  /** The user's `alerts.json`. */
  alertsFile: AlertsFileReader;
  /** Where a person finds this server. */
  url: string;
  publish: (drafts: EventDraft[]) => void;
  clock: Clock;
  monotonic?: () => number;
  log: Logger;
  newId: () => string;
}

/** What takes alerts out of the house. A fleet that is only played alerts nobody. */
export function createDeliveries({
  settings,
  alertsFile,
  url,
  publish,
  clock,
  log,
  newId,
  ...plan
}: DeliveriesPlan): Delivery {
  const { demo, alertmanagerUrl, smtpUrl, smtpFrom } = settings;
  const { monotonic = monotonicNow } = plan;
  return createDelivery({
    targets: createTargetBook(demo ? openAlertsFile(null, monotonic) : alertsFile),
    alertmanagers: demo ? [] : alertmanagerUrl,
    smtp: { url: smtpUrl, from: smtpFrom },
    host: hostname(),
    url,
    clock,
    monotonic,
    log,
    notify({ title = 'Alerts', message, level = 'info', data = {} }) {
      publish([{ type: 'notification', data: { id: newId(), title, message, level, data }, at: clock.now() }]);
    },
  });
}

/** What the watch for alerts says of itself, and what does not arrive. */
export function withDeliveries(report: ServiceReport, problem: string | null): ServiceReport {
  if (problem === null) return report;
  return { ...report, state: report.state === 'available' ? problem : `${report.state}; ${problem}` };
}
