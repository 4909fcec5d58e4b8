import { realpath } from 'node:fs/promises';
import {
  alertsDatabasePath,
  type AlertsFileReader,
  type AlertsService,
  type Delivery,
  startAlerts,
} from '../alerts/index.js';
import { type Lifecycle, McError, type Settings, type WorkspaceLayout } from '../base/index.js';
import type { State } from '../state/index.js';
import { type AlertFactsOptions, watchAlertFacts } from './alert-facts.js';
import { withDeliveries } from './deliveries.js';
import type { Feed } from './feed.js';
import type { MetricsService } from '../metrics/index.js';
import type { Services } from './services.js';
import { supervise } from './supervise.js';

/** Where alerts keep what they keep, and what they are judged by. */
export interface AlertPlaces {
  /** Where the user's databases of alerts lie (`alertsDirectory()`); null: they are kept while the server runs. Default null. */
  alertsDirectory?: string | null;
  /** The user's rules of alerts (`alertsFilePath()`); null: only the built-in ones. Default null. */
  alertsFile?: string | null;
  /** Milliseconds that only ever grow: for how long things last. */
  monotonic?: () => number;
}

interface AlertsPlan extends Omit<AlertFactsOptions, 'settings'> {
  places: Omit<AlertPlaces, 'alertsFile'>;
  alertsFile: AlertsFileReader;
  /** Takes alerts out of the house. */
  delivery: Delivery;
  feed: Feed;
  metrics: MetricsService;
  state: Pick<State, 'apply'>;
  settings: AlertFactsOptions['settings'] & Pick<Settings, 'collectInterval'>;
  layout: WorkspaceLayout;
  newId: () => string;
  services: Pick<Services, 'plug'>;
  life: Pick<Lifecycle, 'push'>;
}

/** Begins to watch for alerts, and again whenever that fails. Returns the watch; it throws `io` while there is none. */
export async function watchForAlerts({
  places,
  delivery,
  life,
  services,
  ...plan
}: AlertsPlan): Promise<() => AlertsService> {
  const { feed, metrics, state, clock, log } = plan;
  const { alertsDirectory: directory, monotonic } = places;
  const facts = watchAlertFacts(plan);
  life.push('facts of alerts', () => facts.stop());
  await facts.refresh();
  const root = await realpath(plan.layout.root);
  const watch = supervise<AlertsService>(
    {
      name: 'the watch for alerts',
      start: (failed) =>
        startAlerts({
          database: directory ? alertsDatabasePath(directory, root) : null,
          file: plan.alertsFile,
          snapshot: feed.snapshot,
          bus: plan.bus,
          publish: (drafts) => void feed.publish(drafts),
          restore: (draft) => state.apply(draft),
          facts: () => facts.now(),
          latest: () => metrics.lastRows(),
          collectInterval: plan.settings.collectInterval,
          clock,
          ...(monotonic ? { monotonic } : {}),
          log,
          newId: plan.newId,
          outlet: delivery,
          onFailure: failed,
        }),
      stop: (running) => running.stop(),
      report: (running) => ({ state: running.health() }),
    },
    { log, clock },
  );
  life.push('alerts', () => watch.stop());
  services.plug('alerts', () => withDeliveries(watch.report(), delivery.health()));
  await watch.start();
  life.push('deliveries of alerts', () => delivery.close());
  delivery.start();
  return () => {
    const running = watch.running();
    if (running) return running;
    throw new McError('io', 'the watch for alerts has failed and is started again', { hint: 'try again in a moment' });
  };
}
