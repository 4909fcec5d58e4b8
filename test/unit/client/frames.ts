import {
  agentStatusData,
  type EventDraft,
  type HelloData,
  type McEvent,
  type ServerFrame,
  SOURCE,
} from '../../../src/protocol/index.js';
import { agent, iso, T0 } from '../state/readings.js';

const timestamp = iso(T0);

/** An `agent_status` draft about an agent whose name tells one from another. */
export function named(id: string, name: string): EventDraft {
  return { type: 'agent_status', data: agentStatusData(agent(id, { name })), at: T0 };
}

export function event(seq: number, draft: EventDraft = named('a', `A${seq}`), epoch = 'e1'): McEvent {
  return { type: draft.type, timestamp, data: draft.data, source: SOURCE, epoch, seq } as McEvent;
}

/** A frame of a snapshot. */
export function told(draft: EventDraft): ServerFrame {
  return { type: draft.type, timestamp, data: draft.data, source: SOURCE } as ServerFrame;
}

export function hello(seq: number, resumed: boolean, more: Partial<HelloData> = {}): ServerFrame {
  const limits = { max_frame_bytes: 1, outbox_bytes: 1, outbox_events: 1 };
  const data = { protocol: 1, version: '0', epoch: 'e1', seq, workspace: 'w', heartbeat_ms: 30_000, limits, resumed };
  return { type: 'hello', timestamp, source: SOURCE, data: { ...data, ...more } };
}

export function synced(seq: number, epoch = 'e1'): ServerFrame {
  return { type: 'synced', timestamp, source: SOURCE, data: { epoch, seq } };
}

export function skipped(...ranges: [number, number][]): ServerFrame {
  return { type: 'skipped', timestamp, source: SOURCE, data: { ranges } };
}

export function resync(reason = 'too old'): ServerFrame {
  return { type: 'resync', timestamp, source: SOURCE, data: { reason } };
}

export const heartbeat: ServerFrame = { type: 'heartbeat', timestamp, source: SOURCE, data: { clients: 1 } };
