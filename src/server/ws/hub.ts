import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import type { Clock, Settings } from '../../base/index.js';
import type { Logger } from '../../base/log.js';
import type { Bus } from '../../bus/index.js';
import { CLOSE, type PeerRow, type Position, type Scope, type Snapshot } from '../../protocol/index.js';
import { createArrivals } from './arrivals.js';
import { createBroadcast } from './broadcast.js';
import { createCapturer } from '../stream/capture.js';
import { deliverFrame, pump } from './delivery.js';
import { frameText } from '../stream/frame.js';
import { createGate, type GateOptions } from './gate.js';
import { createGreeter } from './greeter.js';
import { catchUpPeer, type GreetingContext, greet, greetWidened } from './greeting.js';
import { startHeartbeat } from './heartbeat.js';
import { HUB_LIMITS, type HubLimits } from '../stream/limits.js';
import { createInbound } from './inbound.js';
import { createPeer, type Peer } from './peer.js';
import { JournalOverrun } from '../stream/replay.js';
import type { PublishFrame } from './replies.js';
import { peerRow } from './peer-row.js';
import { sayHeartbeat } from '../stream/say.js';
import { SnapshotWriter } from './snapshot-writer.js';

const ALL_SCOPES: readonly Scope[] = ['read', 'operate', 'admin'];

export interface HubOptions extends Pick<GateOptions, 'allowOrigin' | 'allowHost'> {
  bus: Bus;
  /** Changed only together with the bus's position. */
  snapshot: Snapshot;
  settings: Pick<Settings, 'maxClients'>;
  version: string;
  /** Sent in `hello`. */
  workspace: string;
  clock: Clock;
  log: Logger;
  /** What a client publishes; resolves with the position of the resulting event. @throws McError */
  publish: (peer: Publisher, frame: PublishFrame) => Promise<Position>;
  /** The scopes of a token; null: a token nobody knows. Asked only when tokens are required. */
  authenticate?: (token: string) => readonly Scope[] | null;
  /** Set when tokens are in use: nobody hears anything before presenting one. */
  requireToken?: boolean;
  limits?: Partial<HubLimits>;
}

/** What a publisher is known by. */
export type Publisher = Pick<Peer, 'id' | 'address' | 'scopes'>;

export interface Hub {
  /** Takes the upgrade requests of an HTTP server. */
  attach(server: Server): void;
  /** Everyone who is connected, in the order in which they came. */
  peers(): PeerRow[];
  readonly clients: number;
  /** Closes every connection with 1001, waits a bounded time, ends the rest. Idempotent. */
  close(): Promise<void>;
}

/** A hub without clients. It subscribes to the bus at once and sends its first heartbeat. */
export function createHub(options: HubOptions): Hub {
  const { bus, snapshot, clock, log } = options;
  const limits: HubLimits = { ...HUB_LIMITS, ...options.limits };
  const now = () => clock.now();
  const rules = { ...limits, now };
  const peers = new Map<number, Peer>();
  let lastId = 0;
  let closing: Promise<void> | null = null;
  let onEmpty = () => {};

  const context: GreetingContext = {
    bus,
    capture: createCapturer(snapshot),
    writer: new SnapshotWriter(),
    facts: { version: options.version, workspace: options.workspace, limits },
    chunkBytes: limits.chunkBytes,
    now,
  };

  // What follows calls `broadcast`, `greeter` and `inbound`, which are assigned below: no peer comes before `attach`.
  const drop = (peer: Peer, code: number, reason: string) => {
    if (peer.phase === 'closing') return;
    retire(peer);
    log.debug({ peer: peer.id, code, reason }, 'closing a client');
    peer.ws.close(code, reason);
    // The other side's close frame has to be read even if its frames were not.
    if (peer.ws.isPaused) peer.ws.resume();
  };

  /** Lets go of everything that a peer holds; nothing is written to it any more. */
  const retire = (peer: Peer) => {
    if (peer.phase === 'live') broadcast.remove(peer);
    peer.phase = 'closing';
    peer.greeting = null;
    peer.inbox = null;
    peer.outbox = null;
  };

  const begin = (peer: Peer, greeting: Iterator<Buffer, void>) => {
    peer.phase = 'greeting';
    peer.greeting = greeting;
    greeter.add(peer);
  };

  const admit = (peer: Peer) => begin(peer, greet(peer.request, peer, context));

  const widen = (peer: Peer, answer: string) => {
    broadcast.remove(peer);
    begin(peer, greetWidened(peer, answer, context));
  };

  const onLate = (peer: Peer, late: 'behind' | 'slow') => {
    if (late === 'slow') {
      drop(peer, CLOSE.slowConsumer, 'slow consumer');
      return;
    }
    broadcast.remove(peer);
    begin(peer, catchUpPeer(peer.filter, peer, context));
  };

  const broadcast = createBroadcast({ bus, limits, now, onLate });

  const greeter = createGreeter({
    limits,
    onGreeted(peer) {
      // The greeting went up to the present position: the events of this tick are in it, and are not for this peer.
      broadcast.flush();
      peer.greeting = null;
      peer.phase = 'live';
      broadcast.add(peer);
      pump(peer, rules);
      inbound.resume(peer);
    },
    onFailed(peer, error) {
      if (error instanceof JournalOverrun) return drop(peer, CLOSE.slowConsumer, 'slow consumer');
      log.error({ err: error, peer: peer.id }, 'greeting a client failed');
      return drop(peer, CLOSE.internal, 'internal error');
    },
  });

  const send = (peer: Peer, text: string) => {
    if (deliverFrame(peer, frameText(text), rules) === 'slow') onLate(peer, 'slow');
  };

  const mayStay = (peer: Peer): boolean => {
    if (!options.requireToken || peer.token === null) return true;
    const scopes = options.authenticate?.(peer.token) ?? null;
    if (scopes) peer.scopes = scopes;
    else drop(peer, CLOSE.token, 'the token was revoked');
    return scopes !== null;
  };

  const inbound = createInbound({
    limits,
    broadcast,
    send,
    drop,
    mayStay,
    admit,
    widen,
    replies: {
      snapshot,
      now,
      publish: (peer, frame) => options.publish(peer, frame),
      authenticate: (token) => (options.requireToken ? (options.authenticate?.(token) ?? null) : ALL_SCOPES),
    },
  });

  const listen = (peer: Peer) => {
    peer.ws.on('message', (data, isBinary) => inbound.message(peer, data, isBinary));
    peer.ws.on('ping', (data) => inbound.ping(peer, data));
    peer.ws.on('pong', () => {
      peer.pinged = null;
    });
    peer.ws.on('close', () => {
      retire(peer);
      peers.delete(peer.id);
      if (peers.size === 0) onEmpty();
    });
    peer.socket.on('drain', () => {
      inbound.drained(peer);
      if (peer.greeting) greeter.add(peer);
      else pump(peer, rules);
    });
  };

  const arrivals = createArrivals(limits.connections);

  const expectToken = (peer: Peer) => {
    const late = () => {
      if (peer.phase === 'auth') drop(peer, CLOSE.token, 'a token is required');
    };
    setTimeout(late, limits.authMs).unref();
  };

  const onOpen = (ws: WebSocket, socket: Duplex, request: IncomingMessage) => {
    ws.on('error', (error) => log.debug({ err: error }, 'a client broke the protocol'));
    if (peers.size >= options.settings.maxClients) {
      ws.close(CLOSE.tooMany, 'too many clients');
      return;
    }
    if (!arrivals.admit(request.socket.remoteAddress ?? '', now())) {
      ws.close(CLOSE.tooMany, 'too many connections at once');
      return;
    }
    lastId += 1;
    const peer = createPeer({ id: lastId, ws, socket, request, now: now(), rate: limits.frames });
    peers.set(peer.id, peer);
    listen(peer);
    if (options.requireToken) {
      expectToken(peer);
    } else {
      peer.scopes = ALL_SCOPES;
      admit(peer);
    }
  };

  const gate = createGate({ allowOrigin: options.allowOrigin, allowHost: options.allowHost, limits, onOpen });
  const stopHeartbeat = startHeartbeat({
    limits,
    peers: () => peers.values(),
    beat() {
      for (const peer of peers.values()) mayStay(peer);
      broadcast.everyone(frameText(sayHeartbeat(peers.size, now())));
    },
    onDead(peer) {
      log.debug({ peer: peer.id }, 'a client gave no sign of life');
      retire(peer);
      peer.ws.terminate();
    },
  });

  const shutDown = async () => {
    stopHeartbeat();
    gate.close();
    broadcast.flush();
    broadcast.stop();
    greeter.stop();
    const empty = new Promise<void>((resolve) => {
      onEmpty = resolve;
    });
    for (const peer of peers.values()) drop(peer, CLOSE.goingAway, 'the server is shutting down');
    if (peers.size === 0) return;
    const late = setTimeout(() => {
      for (const peer of peers.values()) peer.ws.terminate();
    }, limits.closeMs);
    await empty;
    clearTimeout(late);
  };

  return {
    attach: (server) => gate.attach(server),
    peers: () => [...peers.values()].map((peer) => peerRow(peer, bus.position().seq)),
    get clients() {
      return peers.size;
    },
    close() {
      closing ??= shutDown();
      return closing;
    },
  };
}
