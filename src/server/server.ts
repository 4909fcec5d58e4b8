import { randomUUID } from 'node:crypto';
import { checkDoors, openAlertsFile } from '../alerts/index.js';
import { createBackupService } from '../backup/index.js';
import {
  acquireLock,
  type Clock,
  Lifecycle,
  monotonicNow,
  newServerKey,
  packageVersion,
  rootsOf,
  proveIdentity,
  type Settings,
  systemClock,
} from '../base/index.js';
import type { Logger } from '../base/log.js';
import { createBus } from '../bus/index.js';
import { createState } from '../state/index.js';
import { createMetricsService } from '../metrics/index.js';
import { createWatcher } from '../workspace/watch/watcher.js';
import { type ApiContext, createAnswerCache, createApi } from './api/index.js';
import { createGuards, createTokenBook, isLoopback, readTls, urlHost } from './auth/index.js';
import { type AlertPlaces, watchForAlerts } from './alerts.js';
import { backupFacts } from './backup-facts.js';
import { createDeliveries } from './deliveries.js';
import { answerUpgradeRequired, type Door, openDoor } from './ports.js';
import { ending } from './ending.js';
import { createFeed } from './feed.js';
import { findWorkspace, machineAddresses } from './ground.js';
import { beKnown } from './known.js';
import { createPublisher } from './published.js';
import { questionsTo, type RuntimePlaces, runtimesOf } from './runtimes.js';
import { createServices } from './services.js';
import { createStreams } from './sse/index.js';
import { startStatusReport, statusFacts } from './status-report.js';
import { createWrites } from './writes.js';
import { createHub } from './ws/index.js';

export interface ServerOptions extends AlertPlaces {
  /** The workspace's directory. */
  workspace: string;
  settings: Settings;
  log: Logger;
  clock?: Clock;
  /** Makes ids that never repeat. */
  newId?: () => string;
  /** The user's tokens (`tokensPath()`); null: none but that of the settings. Default null. */
  tokensFile?: string | null;
  /** Where the user's clients find who this server is (`serversDirectory()`); null: they cannot find it. Default null. */
  serversDirectory?: string | null;
  /** The runtimes of this machine, and where what is known of them is kept; null: none are read. Default null. */
  runtimes?: RuntimePlaces | null;
  /** Ends the start: it throws then what the signal's reason is. */
  signal?: AbortSignal;
}

/** A server that is ready. */
export interface RunningServer {
  /** `http://127.0.0.1:8080`, without a slash at its end. */
  http: string;
  /** `ws://127.0.0.1:8765`, without a slash at its end. */
  ws: string;
  /** Absolute. */
  workspace: string;
  /** Stops everything in reverse order, within 10 seconds. Idempotent. @throws AggregateError when something would not stop */
  stop(): Promise<void>;
  /** Resolves when the server has stopped. */
  done: Promise<void>;
}

/** How long running requests may go on when the server stops, in milliseconds. */
const DRAIN_MS = 3000;
/** Of the event stream over HTTP: they share the REST port's connections with everyone else. */
const MAX_READERS = 1024;

/**
 * Starts the services in order; when one cannot start, those before it are stopped again.
 * @throws McError `workspace.missing`, `busy` (another server serves it), `port.taken`, `usage` (an open door, a bad host); the
 *   signal's reason
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const life = new Lifecycle();
  try {
    return await start(options, life);
  } catch (error) {
    await life
      .stop()
      .catch((stopError: unknown) => options.log.error({ err: stopError }, 'stopping after a failed start'));
    throw error;
  }
}

async function start(options: ServerOptions, life: Lifecycle): Promise<RunningServer> {
  const { settings, log, clock = systemClock, newId = randomUUID } = options;
  const layout = await findWorkspace(options.workspace);
  checkDoors(settings);
  // Once: what is made a link later is not where the operator keeps the workspace.
  const roots = await rootsOf(layout);
  // Guards come before the port, so that an open door is refused before anything is bound; their own origins need the port it
  // gets, which they ask for with each request: there are none before `rest` is assigned.
  let rest: Door | undefined;
  const kept = createTokenBook(options.tokensFile ?? null, clock);
  const guards = createGuards({ settings, addresses: machineAddresses(), pagePort: () => rest?.port ?? null, kept });
  const tls = await readTls(settings);

  const lock = await acquireLock(layout.serverLock, 'mc serve', clock.now(), (other) =>
    log.error({ other }, `another process has taken ${layout.serverLock}: two servers may be at work here`),
  );
  life.push('lock', () => lock.release());

  // Bound before anything is read: a taken port is reported at once. Until the end of the list they answer 503.
  const { host, port, wsPort, maxClients } = settings;
  rest = await openDoor({ host, port, tls, flag: '--port' });
  life.push('REST port', () => rest.close(DRAIN_MS));
  const socket = await openDoor({
    host,
    port: wsPort,
    tls,
    flag: '--ws-port',
    limits: { connections: maxClients + 64 },
  });
  life.push('WebSocket port', () => socket.close(DRAIN_MS));

  const services = createServices(() => clock.now(), layout.root);
  const epoch = newId().replaceAll('-', '').slice(0, 12);
  const state = createState({ staleAfterMs: settings.staleAfter, newId });
  const bus = createBus({
    epoch,
    onSubscriberError: (error, entry) =>
      log.error({ err: error, seq: entry.event.seq }, 'a listener of the bus failed'),
  });

  const runtimes = runtimesOf({ places: options.runtimes ?? null, settings, agents: layout.agents, clock, log });
  const feed = createFeed({
    sources: runtimes ? [runtimes.open] : [],
    state,
    bus,
    clock,
    log,
    newId,
    root: layout.root,
    watch: (listeners) =>
      createWatcher({
        root: layout.root,
        roots,
        mode: settings.watch === 'poll' ? 'polling' : (settings.watch as 'auto' | 'native'),
        clock,
        log,
        ...listeners,
      }),
  });
  life.push('watcher', () => feed.close());
  // Never down: what it cannot watch it polls, and a workspace that is missing may come back.
  services.plug('watcher', () => ({ state: feed.watcher.health().state }));
  // A hostile workspace may take minutes to read: whoever stops the server meanwhile does not wait for that.
  const breakOff = (): void => void feed.close();
  options.signal?.throwIfAborted();
  options.signal?.addEventListener('abort', breakOff, { once: true });
  await feed.start();
  options.signal?.removeEventListener('abort', breakOff);
  options.signal?.throwIfAborted();

  const writes = createWrites({ feed, bus, root: layout.root, clock, newId });
  const publish = createPublisher(writes);
  // Metrics ask for the figures of hub and backups, which are made below, and backups swap the database of metrics: each is
  // asked only after `metrics.start()`, long after all three are assigned.
  const metrics = createMetricsService({
    layout,
    snapshot: feed.snapshot,
    bus,
    publish: (drafts) => void feed.publish(drafts),
    clock,
    settings,
    log,
    probes: {
      wsClients: () => hub.clients,
      watcherAlive: () => feed.watcher.health().state === 'available',
      backup: () => backupFacts(backups, settings, clock.now()),
    },
  });
  const backups = await createBackupService({
    layout,
    settings,
    clock,
    log,
    newId,
    publish: (draft) => feed.publish([draft]),
    aroundDatabase: (swap) => metrics.whileClosed(swap),
  });
  life.push('backups', () => backups.stop());
  services.plug('backup', () => ({ state: backups.health(), active: !settings.noBackups }));
  const hub = createHub({
    bus,
    snapshot: feed.snapshot,
    settings,
    version: packageVersion(),
    workspace: layout.root,
    clock,
    log,
    allowOrigin: guards.allowOrigin,
    allowHost: guards.allowHost,
    requireToken: guards.tokens.required,
    authenticate: (token) => guards.tokens.scopesOf(token),
    publish: (_peer, frame) => publish(frame),
  });
  life.push('hub', () => hub.close());
  const streams = createStreams({
    bus,
    snapshot: feed.snapshot,
    version: packageVersion(),
    workspace: layout.root,
    clock,
    log,
    clients: () => hub.clients,
    maxReaders: MAX_READERS,
  });
  services.plug('websocket', () =>
    socket.server.listening ? { state: 'available' } : { state: 'does not listen', down: true },
  );

  life.push('metrics', () => metrics.stop());
  services.plug('pipeline', () => ({ state: metrics.health() }));
  await metrics.start();

  const s = tls ? 's' : '';
  const urls = { http: `http${s}://${urlHost(host)}:${rest.port}`, ws: `ws${s}://${urlHost(host)}:${socket.port}` };
  const { monotonic = monotonicNow } = options;
  const alertsFile = openAlertsFile(options.alertsFile ?? null, monotonic);
  const common = { settings, clock, log, newId, monotonic, alertsFile };
  const delivery = createDeliveries({ ...common, url: urls.http, publish: (drafts) => void feed.publish(drafts) });
  const questions = questionsTo(runtimes);
  const parts = { life, services, feed, metrics, backups, bus, state, layout, runtimes: questions };
  const alerts = await watchForAlerts({ ...common, ...parts, places: options, delivery });

  const key = newServerKey();
  const context: ApiContext = {
    streamUrl: urls.ws,
    feed,
    bus,
    hub,
    services,
    writes,
    backups,
    alerts,
    delivery,
    runtimes: questions,
    guards,
    layout,
    roots,
    clock,
    log,
    cache: createAnswerCache(epoch),
    lastRows: () => metrics.lastRows(),
    metrics,
    version: packageVersion(),
    startedAt: clock.now(),
    epoch,
    prove: (nonce) => proveIdentity(key, { nonce, epoch, http: urls.http }),
    rateLimit: settings.rateLimit,
    allowFile: settings.allowFile,
    streams,
  };
  const api = await createApi(context, rest.server);
  life.push('REST', async () => {
    await rest.close(DRAIN_MS);
    await api.close();
  });
  life.push('streams', () => streams.close());
  if (!isLoopback(host) && !tls) {
    log.warn({ host }, 'other machines reach this server, and nothing of what it says is encrypted');
  }
  await lock.update(urls);
  const record = { workspace: layout.root, epoch, key, ...urls };
  await beKnown(record, { directory: options.serversDirectory, life, clock, log });
  hub.attach(socket.server);
  socket.serve(answerUpgradeRequired);
  rest.serve(api.listener);
  const facts = statusFacts({ hub, feed, backups });
  const report = startStatusReport({ path: layout.statusReport, roots, services, clock, log, facts });
  life.push('status report', () => report.stop());
  return { ...urls, workspace: layout.root, ...ending(life) };
}
