import type { AgentReport } from './agents.js';
import { EVENT_TYPES, type EventType, isEventType, type McEvent } from './events.js';
import type { NewNotification } from './notifications.js';

/** Version of the wire protocol, sent in `hello`. */
export const PROTOCOL_VERSION = 1;

/** A larger frame from a client closes its connection with 1009. */
export const MAX_FRAME_BYTES = 1024 * 1024;

/** So many agents a client may narrow to, each id so long and all together so long; whoever wants more wants all. */
export const MAX_FILTER_AGENTS = 1000;
export const MAX_FILTER_CHARS = 64 * 1024;
const MAX_AGENT_CHARS = 255;

/** Stands for an empty list in an address, where nothing at all means everything. */
export const NO_NAMES = '-';

/** What a client may publish. */
export const PUBLISHABLE = ['agent_activity', 'notification', 'agent_status'] as const;
export type PublishableType = (typeof PUBLISHABLE)[number];

/** A frame from a client that makes sense. `id` of a publish is the client's own, echoed in the answer. */
export type ClientFrame =
  | { type: 'ping' }
  | { type: 'subscribe_old'; channel: string }
  | { type: 'subscribe' | 'unsubscribe'; channels: EventType[] | null; agents: string[] | null }
  | { type: 'request_agent_status'; agent: string }
  | { type: 'auth'; token: string }
  | {
      type: 'publish';
      id: string | number | null;
      event: PublishableType;
      data: Record<string, unknown>;
    };

/** Data of the frames that are not journalled events. */
export interface HelloData {
  protocol: number;
  version: string;
  /** With `seq`: the position of the snapshot that follows, or of the last event of the replay. */
  epoch: string;
  seq: number;
  workspace: string;
  heartbeat_ms: number;
  limits: { max_frame_bytes: number; outbox_bytes: number; outbox_events: number };
  /** True: the missed events follow. False: a snapshot follows. */
  resumed: boolean;
}

interface Control<T extends string, D> {
  type: T;
  timestamp: string;
  data: D;
  source: string;
}

/** Everything a server sends. Snapshot frames are events without a position. */
export type ServerFrame =
  | McEvent
  | SnapshotFrame
  | Control<'hello', HelloData>
  | Control<'resync', { reason: string }>
  | Control<'synced', { epoch: string; seq: number }>
  /**
   * To a client that fell behind and hears everything: the events with a seq in these ranges (first and last included)
   * do not come, because a newer one in what follows replaces each of them.
   */
  | Control<'skipped', { ranges: [first: number, last: number][] }>
  | Control<'heartbeat', { clients: number }>
  /** `id`: of the publish that it answers; absent when it answers none. */
  | Control<'error', { code: string; message: string; id?: string | number | null }>
  | { type: 'pong'; timestamp: string }
  | { type: 'subscribed'; channel?: string; channels?: EventType[]; agents?: string[] | null }
  | { type: 'authenticated'; scopes: string[] }
  | { type: 'published'; id: string | number | null; epoch: string; seq: number };

/** An event that shows the state (on connect, after `resync`), not a change of it: it has no position. */
export type SnapshotFrame = { [T in EventType]: Omit<Extract<McEvent, { type: T }>, 'epoch' | 'seq'> }[EventType];

/** What a report or a notification holds when it is published; checked by the server's schemas. */
export type PublishData = AgentReport | NewNotification;

export type ParsedFrame = { ok: true; frame: ClientFrame } | { ok: false; code: 'bad_frame'; message: string };

/** Reads a client's frame. Never throws: what makes no sense comes back with a reason. */
export function parseClientFrame(text: string): ParsedFrame {
  const value = parseJson(text);
  if (!isRecord(value)) return refuse('a frame is a JSON object');
  if (typeof value.type !== 'string') return refuse('a frame has a "type"');
  switch (value.type) {
    case 'ping':
      return accept({ type: 'ping' });
    case 'subscribe':
      if (typeof value.channel === 'string') return accept({ type: 'subscribe_old', channel: value.channel });
      return parseSubscription('subscribe', value);
    case 'unsubscribe':
      return parseSubscription('unsubscribe', value);
    case 'request_agent_status':
      if (typeof value.agent_id !== 'string') return refuse('"request_agent_status" needs "agent_id", a string');
      return accept({ type: 'request_agent_status', agent: value.agent_id });
    case 'auth':
      if (typeof value.token !== 'string') return refuse('"auth" needs "token", a string');
      return accept({ type: 'auth', token: value.token });
    case 'publish':
      return parsePublish(value);
    default:
      return refuse(`unknown type "${value.type.slice(0, 40)}"`);
  }
}

/** Reads a server's frame; null for anything that is not one. Never throws. */
export function parseServerFrame(text: string): ServerFrame | null {
  const value = parseJson(text);
  return isRecord(value) && typeof value.type === 'string' ? (value as unknown as ServerFrame) : null;
}

/** True when the frame is a journalled event, that is when it has a position. */
export function isJournalled(frame: ServerFrame): frame is McEvent {
  return 'seq' in frame && 'source' in frame && isEventType(frame.type);
}

/** True when the frame carries a part of a snapshot. */
export function isSnapshotFrame(frame: ServerFrame): frame is SnapshotFrame {
  return !('seq' in frame) && isEventType(frame.type);
}

/** Reads a comma list of event types; `*` or nothing means all (null), `-` none. Unknown names are returned apart. */
export function parseChannels(list: string): { channels: EventType[] | null; unknown: string[] } {
  if (list === NO_NAMES) return { channels: [], unknown: [] };
  const words = list
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');
  if (words.length === 0 || words.includes('*')) return { channels: null, unknown: [] };
  return { channels: words.filter(isEventType), unknown: words.filter((word) => !isEventType(word)) };
}

function parseSubscription(type: 'subscribe' | 'unsubscribe', value: Record<string, unknown>): ParsedFrame {
  const channels = stringList(value.channels);
  const agents = stringList(value.agents);
  if (channels === undefined || agents === undefined) return refuse('"channels" and "agents" are lists of strings');
  if (channels === null && agents === null) return refuse(`"${type}" needs "channels" or "agents"`);
  if (agents?.some((id) => id.length > MAX_AGENT_CHARS))
    return refuse(`no agent's id is longer than ${MAX_AGENT_CHARS}`);
  if (channels?.includes('*')) return accept({ type, channels: [...EVENT_TYPES], agents });
  const unknown = channels?.find((channel) => !isEventType(channel));
  if (unknown !== undefined)
    return refuse(`unknown channel "${unknown.slice(0, 40)}"; known: ${EVENT_TYPES.join(', ')}`);
  return accept({ type, channels: channels as EventType[] | null, agents });
}

function parsePublish(value: Record<string, unknown>): ParsedFrame {
  const { event, data, id } = value;
  if (!(PUBLISHABLE as readonly unknown[]).includes(event)) {
    return refuse(`"publish" needs "event", one of ${PUBLISHABLE.join(', ')}`);
  }
  if (!isRecord(data)) return refuse('"publish" needs "data", an object');
  const echoed = typeof id === 'string' || typeof id === 'number' ? id : null;
  return accept({ type: 'publish', id: echoed, event: event as PublishableType, data });
}

function stringList(value: unknown): string[] | null | undefined {
  if (value === undefined || value === null) return null;
  return Array.isArray(value) && value.every((item) => typeof item === 'string') ? value : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function accept(frame: ClientFrame): ParsedFrame {
  return { ok: true, frame };
}

function refuse(message: string): ParsedFrame {
  return { ok: false, code: 'bad_frame', message };
}
