import type { MirrorView } from '../../client/index.js';
import type { McEvent } from '../../protocol/index.js';

/** How we stand to the server. Times in milliseconds since the epoch. */
export type LinkState =
  | { name: 'connecting' }
  | { name: 'live' }
  | { name: 'reconnecting'; attempt: number; retryAt: number; reason?: string }
  /** Never reached yet; `reason` is what the attempt said, `hint` the command to try. */
  | { name: 'no-server'; reason: string; hint: string | null; attempt: number; retryAt: number }
  /** For good: a token refused, an address that is not one. */
  | { name: 'closed'; reason: string };

/** The last answer to something that is asked again and again. */
export interface Poll {
  /** When `value` came; null: nothing has come yet. */
  at: number | null;
  /** The JSON body as it came: a server of another version may send anything, so that it is read by `read…` of protocol. */
  value: unknown;
  /** Why the last attempt failed; null when it did not. `value` is then that of an earlier one. */
  error: string | null;
  /** The server has no such route. */
  missing: boolean;
}

/** The last value of a system metric and the one before it. */
export interface SystemFigure {
  value: number | null;
  before: number | null;
  unit: string;
  /** ISO 8601 UTC. */
  timestamp: string;
}

/** An agent's change of place on the office map. */
export interface Move {
  id: string;
  from: string | null;
  to: string;
  at: number;
}

/** Everything that screens show, at one moment. Never edited: what did not change is the same object in the next one. */
export interface Data {
  /** Milliseconds since the epoch. */
  now: number;
  server: { url: string; version: string | null; workspace: string } | null;
  /** What is odd about the server: another protocol or version. */
  warning: string | null;
  link: LinkState;
  /** When the server was last heard; null: never. */
  heardAt: number | null;
  view: MirrorView;
  /** By the path and query that were asked. */
  polls: ReadonlyMap<string, Poll>;
  metrics: ReadonlyMap<string, SystemFigure>;
  /** Newest last. */
  log: readonly McEvent[];
  /** Events that ran out of the log since the beginning. */
  dropped: number;
  /** Newest last. */
  moves: readonly Move[];
}

/** Data of a dashboard that has heard nothing. */
export function emptyData(view: MirrorView, now: number): Data {
  return {
    now,
    server: null,
    warning: null,
    link: { name: 'connecting' },
    heardAt: null,
    view,
    polls: new Map(),
    metrics: new Map(),
    log: [],
    dropped: 0,
    moves: [],
  };
}

/** True when what is shown is what is. */
export function isLive(data: Data): boolean {
  return data.link.name === 'live' && data.view.synced;
}
