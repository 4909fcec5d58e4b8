import {
  type Agent,
  agentStatusData,
  PROTOCOL_VERSION,
  type Position,
  type ServerFrame,
  SOURCE,
} from '../../protocol/index.js';
import type { HubLimits } from './limits.js';
import type { Range } from './ranges.js';

/** What `hello` tells of a server beside the position. */
export interface HelloFacts {
  version: string;
  workspace: string;
  limits: Pick<HubLimits, 'maxFrameBytes' | 'outboxBytes' | 'outboxEvents' | 'heartbeatMs'>;
}

/** The text of a `hello` at a position. */
export function sayHello(facts: HelloFacts, position: Position, resumed: boolean, now: number): string {
  const { maxFrameBytes, outboxBytes, outboxEvents, heartbeatMs } = facts.limits;
  const data = {
    protocol: PROTOCOL_VERSION,
    version: facts.version,
    ...position,
    workspace: facts.workspace,
    heartbeat_ms: heartbeatMs,
    limits: { max_frame_bytes: maxFrameBytes, outbox_bytes: outboxBytes, outbox_events: outboxEvents },
    resumed,
  };
  return text({ type: 'hello', timestamp: iso(now), data, source: SOURCE });
}

/** The text of a `resync`: why a fresh snapshot follows. */
export function sayResync(reason: string, now: number): string {
  return text({ type: 'resync', timestamp: iso(now), data: { reason }, source: SOURCE });
}

/** The text of a `synced`: what came before is all there is up to this position. */
export function saySynced(position: Position, now: number): string {
  return text({ type: 'synced', timestamp: iso(now), data: { ...position }, source: SOURCE });
}

/** The text of a `skipped`: which events do not come. */
export function saySkipped(ranges: readonly Range[], now: number): string {
  return text({ type: 'skipped', timestamp: iso(now), data: { ranges: [...ranges] }, source: SOURCE });
}

/** The text of an application heartbeat. */
export function sayHeartbeat(clients: number, now: number): string {
  return text({ type: 'heartbeat', timestamp: iso(now), data: { clients }, source: SOURCE });
}

/** The text of an `error`; `id` is that of the publish it answers. */
export function sayError(code: string, message: string, now: number, id?: string | number | null): string {
  const data = { code, message, ...(id === undefined || id === null ? {} : { id }) };
  return text({ type: 'error', timestamp: iso(now), data, source: SOURCE });
}

/** The text of an `agent_status` that shows the state: it has no position. */
export function sayAgent(agent: Agent, now: number): string {
  return text({ type: 'agent_status', timestamp: iso(now), data: agentStatusData(agent), source: SOURCE });
}

/** A frame as text. */
export function text(frame: ServerFrame): string {
  return JSON.stringify(frame);
}

/** ISO 8601 UTC with milliseconds. */
export function iso(now: number): string {
  return new Date(now).toISOString();
}
