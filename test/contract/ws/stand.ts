import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { expect, vi } from 'vitest';
import { type ClientOptions, type RawData, WebSocket } from 'ws';
import { McError } from '../../../src/base/index.js';
import { silentLog } from '../../../src/base/log.js';
import { type Bus, createBus } from '../../../src/bus/index.js';
import {
  type Agent,
  agentStatusData,
  applyEvent,
  type EventDraft,
  emptySnapshot,
  type Notification,
  type Snapshot,
  type Task,
} from '../../../src/protocol/index.js';
import { createHub, type Hub, type HubOptions } from '../../../src/server/ws/index.js';
import { agentOf } from '../../support/agents.js';

/** A hub on a free port, with a bus and a snapshot that the test moves itself. */
export interface Stand {
  url: string;
  port: number;
  bus: Bus;
  snapshot: Snapshot;
  hub: Hub;
  publish(draft: EventDraft): void;
  /** Connections that are open, whatever became of them. */
  sockets(): number;
  /** Cuts every connection off, as a broken network would. */
  cut(): void;
  stop(): Promise<void>;
}

export interface StandOptions extends Partial<HubOptions> {
  epoch?: string;
  port?: number;
  journal?: { maxEvents: number };
}

export async function startStand(options: StandOptions = {}): Promise<Stand> {
  const { epoch = 'first', port = 0, journal = {}, ...rest } = options;
  const failures: unknown[] = [];
  const bus = createBus({ epoch, journal, onSubscriberError: (error) => failures.push(error) });
  const snapshot = rest.snapshot ?? emptySnapshot();
  const publish = (draft: EventDraft) => {
    applyEvent(snapshot, draft);
    return bus.publish(draft).event;
  };
  const hub = createHub({
    bus,
    snapshot,
    settings: { maxClients: 2000 },
    version: '1.2.3',
    workspace: 'office',
    clock: { now: () => Date.now() },
    log: silentLog(),
    allowOrigin: (origin) => origin === undefined || origin === 'http://localhost:3000',
    allowHost: (host) => host?.startsWith('127.0.0.1') ?? false,
    async publish(_peer, frame) {
      if (frame.event !== 'agent_activity') throw new McError('input.invalid', 'only activity is taken here');
      const { epoch, seq } = publish(activity(String(frame.data.agent), String(frame.data.action)));
      return { epoch, seq };
    },
    ...rest,
  });
  const server = createServer();
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  hub.attach(server);
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const bound = (server.address() as AddressInfo).port;
  return {
    url: `ws://127.0.0.1:${bound}`,
    port: bound,
    bus,
    snapshot,
    hub,
    publish,
    sockets: () => sockets.size,
    cut() {
      for (const socket of sockets) socket.destroy();
    },
    async stop() {
      await hub.close();
      await closeServer(server);
      expect(failures).toEqual([]);
    },
  };
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

// biome-ignore lint/suspicious/noExplicitAny: frames of every shape are looked into
export type Frame = Record<string, any>;

/** A client that keeps what it hears. */
export interface Listener {
  ws: WebSocket;
  frames: Frame[];
  closed: { code: number; reason: string } | null;
  send(frame: unknown): void;
  /** The first frame that fits, as soon as it is there. */
  until(fits: (frame: Frame) => boolean): Promise<Frame>;
  untilType(type: string): Promise<Frame>;
  untilClosed(): Promise<{ code: number; reason: string }>;
}

export function listen(url: string, options: ClientOptions = {}): Listener {
  const ws = new WebSocket(url, options);
  const listener: Listener = {
    ws,
    frames: [],
    closed: null,
    send: (frame) => ws.send(typeof frame === 'string' ? frame : JSON.stringify(frame)),
    until: (fits) =>
      vi.waitFor(
        () => {
          const found = listener.frames.find(fits);
          if (!found)
            throw new Error(`not among ${listener.frames.length} frames: ${typesOf(listener).slice(-10).join(' ')}`);
          return found;
        },
        { timeout: 10_000, interval: 5 },
      ),
    untilType: (type) => listener.until((frame) => frame.type === type),
    untilClosed: () =>
      vi.waitFor(() => listener.closed ?? Promise.reject(new Error('still open')), { timeout: 10_000 }),
  };
  ws.on('message', (data) => listener.frames.push(JSON.parse(textOf(data))));
  ws.on('error', () => {});
  ws.on('close', (code, reason) => {
    listener.closed = { code, reason: String(reason) };
  });
  return listener;
}

/** A listener whose connection is open. */
export async function opened(url: string, options?: ClientOptions): Promise<Listener> {
  const listener = listen(url, options);
  await new Promise<void>((resolve, reject) => listener.ws.on('open', resolve).on('error', reject));
  return listener;
}

/** The listener, once it has been told how things stand. */
export async function synced(client: Listener): Promise<Listener> {
  await client.untilType('synced');
  return client;
}

/** What came in a message; `ws` hands over one Buffer. */
export function textOf(data: RawData): string {
  return (data as Buffer).toString('utf8');
}

export function typesOf({ frames }: Pick<Listener, 'frames'>): string[] {
  return frames.map(({ type }) => type as string);
}

export function agent(id: string, state: unknown = { status: 'busy' }): Agent {
  return agentOf(id, { status: 'busy', normalized_status: 'busy', state });
}

export function status(id: string, state?: unknown): EventDraft {
  return { type: 'agent_status', data: agentStatusData(agent(id, state)), at: Date.now() };
}

export function activity(id: string, action: string): EventDraft {
  return { type: 'agent_activity', data: { agent: id, activity: { action } }, at: Date.now() };
}

export function position(zone: string): EventDraft {
  return { type: 'agent_position', data: { positions: { a: { x: 1, y: 2, zone } } }, at: Date.now() };
}

export function metric(name: string, value: number): EventDraft {
  const data = { metric: name, value, unit: '%', timestamp: new Date().toISOString() };
  return { type: 'system_metric', data, at: Date.now() };
}

export function notification(id: string, about?: string): EventDraft {
  const data: Notification = {
    id,
    title: 't',
    message: 'm',
    level: 'info',
    data: {},
    ...(about ? { agent: about } : {}),
  };
  return { type: 'notification', data, at: Date.now() };
}

export function tasks(added: Task[]): EventDraft {
  const data = { type: 'task_queue_changed', path: 'PENDING_TASKS.md', added, changed: [], removed: [], moved: [] };
  return { type: 'task_update', data, at: Date.now() } as EventDraft;
}

export function task(id: string, line: number): Task {
  return {
    key: `PENDING_TASKS.md#${id}`,
    text: `task ${id}`,
    status: 'pending',
    id,
    assignee: null,
    priority: null,
    due: null,
    created: null,
    source: 'PENDING_TASKS.md',
    line,
  };
}
