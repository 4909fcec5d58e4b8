import type { Bus, Entry } from '../../bus/index.js';
import {
  agentStatusData,
  type EventType,
  type Position,
  type Task,
  type TaskFile,
  type TaskUpdateData,
} from '../../protocol/index.js';
import type { Capture } from './capture.js';
import type { ConnectRequest } from './connect.js';
import { type Filter, passes } from './filter.js';
import { frameAll, frameText } from './frame.js';
import { type HelloFacts, iso, type SnapshotWriter, sayError, sayHello, sayResync, saySynced } from './say.js';

/** Thrown when the journal no longer reaches back to where a peer stands: it was too slow. */
export class Overtaken extends Error {}

export interface GreetingContext {
  bus: Pick<Bus, 'position' | 'journal'>;
  capture: (position: Position) => Capture;
  writer: SnapshotWriter;
  facts: HelloFacts;
  /** A piece of a greeting has at least so many bytes, unless it is the last. */
  chunkBytes: number;
  now: () => number;
}

/** Where a peer stands: every event up to this seq was written to it, as far as it passes its filter. */
export interface Cursor {
  seq: number;
}

/**
 * All that a new peer is told before it is live, in pieces that are made when its socket has room for them. At the end
 * every event up to the bus's present position was given out, those that came meanwhile included.
 */
export function* greet(request: ConnectRequest, cursor: Cursor, context: GreetingContext): Generator<Buffer, void> {
  if (request.filter.kind === 'old') yield* greetOld(request.filter, cursor, context);
  else yield* greetOurs(request, cursor, context);
  yield* catchUp(request.filter, cursor, context);
}

/** Everything from a peer's cursor to the present position. @throws Overtaken */
export function* catchUp(filter: Filter, cursor: Cursor, context: GreetingContext): Generator<Buffer, void> {
  for (;;) {
    const { epoch, seq } = context.bus.position();
    if (seq <= cursor.seq) return;
    yield* replay(filter, cursor, { epoch, seq }, context);
  }
}

function* greetOurs(request: ConnectRequest, cursor: Cursor, context: GreetingContext): Generator<Buffer, void> {
  const { filter, since, unknownChannels } = request;
  const position = context.bus.position();
  const refused = refusal(since, context);
  const from = since === null || since === 'junk' || refused !== null ? null : since;
  // Taken before anything is written: what happens while the client reads is told as events after it.
  const capture = from ? null : context.capture(position);
  cursor.seq = from ? from.seq : position.seq;
  const first = [sayHello(context.facts, position, from !== null, context.now())];
  if (unknownChannels.length > 0) {
    first.push(sayError('bad_frame', `unknown channels: ${unknownChannels.join(', ').slice(0, 200)}`, context.now()));
  }
  if (refused !== null) first.push(sayResync(refused, context.now()));
  yield Buffer.concat(first.map(frameText));
  if (capture) yield* snapshotOf(capture, filter, context);
  else yield* replay(filter, cursor, position, context);
  yield frameText(saySynced(position, context.now()));
}

/** Why a position cannot be resumed; null when it can, or when none was asked for. */
function refusal(since: ConnectRequest['since'], context: GreetingContext): string | null {
  if (since === null) return null;
  if (since === 'junk') return '"since" is no position: it is written <epoch>:<seq>';
  const missed = context.bus.journal.since(since);
  return 'refused' in missed ? missed.refused : null;
}

function* greetOld(filter: Filter, cursor: Cursor, context: GreetingContext): Generator<Buffer, void> {
  const position = context.bus.position();
  cursor.seq = position.seq;
  yield* snapshotOf(context.capture(position), filter, context);
}

function* snapshotOf(capture: Capture, filter: Filter, context: GreetingContext): Generator<Buffer, void> {
  let parts: Buffer[] = [];
  let bytes = 0;
  for (const frame of snapshotFrames(capture, filter, context)) {
    for (const part of frame) {
      parts.push(part);
      bytes += part.length;
    }
    if (bytes < context.chunkBytes) continue;
    yield Buffer.concat(parts, bytes);
    parts = [];
    bytes = 0;
  }
  if (bytes > 0) yield Buffer.concat(parts, bytes);
}

/** The frames of a snapshot, each in parts, in the order of the contract. */
function* snapshotFrames(capture: Capture, filter: Filter, context: GreetingContext): Generator<Buffer[], void> {
  const { writer } = context;
  const now = iso(context.now());
  const wants = (type: EventType) => filter.channels?.has(type) ?? true;
  const { office } = capture;
  if (office && wants('agent_position')) yield writer.frame('agent_position', now, office, () => office);
  if (wants('agent_status')) {
    for (const agent of capture.agents) {
      if (filter.kind === 'old' && agent.state === null) continue;
      if (filter.agents && !filter.agents.has(agent.id)) continue;
      yield writer.frame('agent_status', now, agent, () => agentStatusData(agent));
    }
  }
  if (filter.kind === 'old') return;
  if (wants('task_update')) {
    for (const { path, tasks } of capture.tasks) {
      yield writer.frame('task_update', now, tasks, () => taskData(path, tasks));
    }
  }
  yield* notificationFrames(capture, filter, writer);
}

/** Kept notifications with their own times, each acknowledgement behind what it acknowledges. */
function* notificationFrames(capture: Capture, filter: Filter, writer: SnapshotWriter): Generator<Buffer[], void> {
  const wants = (type: EventType) => filter.channels?.has(type) ?? true;
  for (const kept of capture.notifications) {
    if (filter.agents && kept.agent !== undefined && !filter.agents.has(kept.agent)) continue;
    const { timestamp, acknowledged_at, ...data } = kept;
    if (wants('notification')) yield writer.frame('notification', timestamp, kept, () => data);
    if (acknowledged_at === null || !wants('notification_ack')) continue;
    const ack = { id: kept.id, acknowledged_at };
    yield writer.frame('notification_ack', acknowledged_at, ack, () => ack);
  }
}

function taskData(path: TaskFile, tasks: readonly Task[]): TaskUpdateData {
  return { type: 'task_queue_changed', path, added: [...tasks], changed: [], removed: [], moved: [] };
}

/** The events after the cursor up to a position that pass the filter. The journal is asked anew for each piece: nothing is held while a socket is slow. */
function* replay(filter: Filter, cursor: Cursor, to: Position, context: GreetingContext): Generator<Buffer, void> {
  while (cursor.seq < to.seq) {
    const missed = context.bus.journal.since({ epoch: to.epoch, seq: cursor.seq });
    if ('refused' in missed) throw new Overtaken(missed.refused);
    const piece = pieceOf(missed, filter, cursor, to, context.chunkBytes);
    if (piece.length > 0) yield frameAll(piece).joined;
  }
}

/** Moves the cursor over the events it takes and over those that do not pass. */
function pieceOf(missed: Entry[], filter: Filter, cursor: Cursor, to: Position, chunkBytes: number): Entry[] {
  const piece: Entry[] = [];
  let bytes = 0;
  for (const entry of missed) {
    if (bytes >= chunkBytes || entry.event.seq > to.seq) break;
    cursor.seq = entry.event.seq;
    if (!passes(filter, entry.event)) continue;
    piece.push(entry);
    bytes += entry.bytes;
  }
  return piece;
}
