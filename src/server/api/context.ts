import type { AlertsService, Delivery } from '../../alerts/index.js';
import type { BackupService } from '../../backup/index.js';
import type { Clock, WorkspaceLayout } from '../../base/index.js';
import type { Logger } from '../../base/log.js';
import type { Bus } from '../../bus/index.js';
import type { Guards } from '../auth/index.js';
import type { Feed } from '../feed.js';
import type { RuntimeQuestions } from '../runtimes.js';
import type { Streams } from '../sse/index.js';
import type { Services } from '../services.js';
import type { Writes } from '../writes.js';
import type { Hub } from '../ws/index.js';
import type { LatestMetrics, MetricsService } from '../../metrics/index.js';
import type { AnswerCache } from './cache.js';

/** What the routes stand on. */
export interface ApiContext {
  feed: Feed;
  bus: Pick<Bus, 'position' | 'journal'>;
  hub: Pick<Hub, 'peers' | 'clients'>;
  streams: Pick<Streams, 'open'>;
  services: Services;
  writes: Writes;
  backups: BackupService;
  /** @throws McError `io` while they cannot be watched for */
  alerts: () => AlertsService;
  delivery: Delivery;
  runtimes: RuntimeQuestions;
  cache: AnswerCache;
  /** The newest sample of everything; asked at each answer. */
  lastRows: () => LatestMetrics;
  metrics: Pick<MetricsService, 'answer' | 'knowsAgent'>;
  guards: Guards;
  layout: WorkspaceLayout;
  /** The real paths that are the workspace. */
  roots: readonly string[];
  clock: Clock;
  log: Logger;
  version: string;
  /** When the server became ready, in milliseconds. */
  startedAt: number;
  /** Where the stream is, `ws://…` without a trailing slash. */
  streamUrl: string;
  /** The proof of who this is, for a client's nonce. */
  prove: (nonce: string) => string;
  /** Requests a second from one client of another machine. */
  rateLimit: number;
  /** Hidden files that may be browsed and read all the same. */
  allowFile: readonly string[];
  /** Names this life of the server, as in its positions: letters and digits. */
  epoch: string;
}
