import {
  type ClientFrame,
  EVENT_TYPES,
  MAX_FILTER_AGENTS,
  MAX_FILTER_CHARS,
  type Position,
  parseClientFrame,
  type Scope,
  type Snapshot,
} from '../../protocol/index.js';
import { toMcError } from '../../base/index.js';
import { type Filter, isWider, subscribed, unsubscribed } from '../stream/filter.js';
import { iso, sayAgent, sayError, text } from '../stream/say.js';

export type PublishFrame = Extract<ClientFrame, { type: 'publish' }>;

/** Who asks. */
export interface Asker {
  filter: Filter;
  scopes: readonly Scope[];
}

/** What a frame of a client leads to: at most one answer, and a new filter when it asked for one. */
export interface Reply {
  text: string | null | Promise<string | null>;
  filter?: Filter;
  /** The filter lets more through than before: the rest of the state has to be sent, behind this answer. */
  widens?: boolean;
  /** The answer shows the state as it is now: every event so far has to be written before it. */
  ordered?: true;
  /** The token was refused: close with 4401. */
  refused?: true;
  /** What was presented and found good. */
  known?: { token: string; scopes: readonly Scope[] };
}

export interface ReplyContext<P extends Asker> {
  snapshot: Pick<Snapshot, 'agents'>;
  now: () => number;
  /** @throws McError */
  publish: (peer: P, frame: PublishFrame) => Promise<Position>;
  /** The scopes of a token; null: a token nobody knows. */
  authenticate: (token: string) => readonly Scope[] | null;
}

/** Answers a text frame of a client. Never throws; old clients hear nothing of what they did wrong. */
export function replyTo<P extends Asker>(peer: P, received: string, context: ReplyContext<P>): Reply {
  const parsed = parseClientFrame(received);
  if (!parsed.ok) return complain(peer, parsed.code, parsed.message, context);
  const { frame } = parsed;
  switch (frame.type) {
    case 'ping':
      return { text: text({ type: 'pong', timestamp: iso(context.now()) }) };
    case 'subscribe_old':
      return { text: text({ type: 'subscribed', channel: frame.channel }) };
    case 'subscribe':
      return join(peer, frame, context);
    case 'unsubscribe':
      return leave(peer, frame, context);
    case 'request_agent_status':
      return agentStatus(peer, frame.agent, context);
    case 'auth':
      return authenticated(frame.token, context);
    case 'publish':
      return { text: publishAnswer(peer, frame, context) };
  }
}

/** Answers a binary frame. */
export function replyToBinary<P extends Asker>(peer: P, context: ReplyContext<P>): Reply {
  return complain(peer, 'bad_frame', 'binary frames are not read: a frame is a JSON text', context);
}

function join<P extends Asker>(
  peer: P,
  frame: Extract<ClientFrame, { type: 'subscribe' | 'unsubscribe' }>,
  context: ReplyContext<P>,
): Reply {
  const filter = subscribed(peer.filter, frame.channels, frame.agents);
  if ((filter.agents?.size ?? 0) > MAX_FILTER_AGENTS) {
    return complain(peer, 'bad_frame', `no more than ${MAX_FILTER_AGENTS} agents can be named: "*" is all`, context);
  }
  if (charsOf(filter) > MAX_FILTER_CHARS) {
    return complain(peer, 'bad_frame', `the agents' names are longer than ${MAX_FILTER_CHARS} characters`, context);
  }
  // Old clients know neither positions nor snapshots that come again.
  return { ...narrowed(filter), widens: peer.filter.kind === 'mc' && isWider(filter, peer.filter) };
}

function charsOf({ agents }: Filter): number {
  let chars = 0;
  for (const id of agents ?? []) chars += id.length;
  return chars;
}

function leave<P extends Asker>(
  peer: P,
  frame: Extract<ClientFrame, { type: 'subscribe' | 'unsubscribe' }>,
  context: ReplyContext<P>,
): Reply {
  const filter = unsubscribed(peer.filter, frame.channels, frame.agents);
  if (filter) return narrowed(filter);
  return complain(peer, 'bad_frame', 'all agents are heard: subscribe to those that are wanted', context);
}

function narrowed(filter: Filter): Reply {
  const channels = [...(filter.channels ?? EVENT_TYPES)];
  const agents = filter.agents && [...filter.agents];
  return { text: text({ type: 'subscribed', channels, agents }), filter };
}

function agentStatus<P extends Asker>(peer: P, id: string, context: ReplyContext<P>): Reply {
  const agent = context.snapshot.agents.get(id);
  if (!agent) return complain(peer, 'agent.not_found', `there is no agent "${id.slice(0, 100)}"`, context);
  if (peer.filter.kind === 'old' && agent.state === null) return { text: null };
  return { text: sayAgent(agent, context.now()), ordered: true };
}

function authenticated(token: string, context: Pick<ReplyContext<Asker>, 'authenticate'>): Reply {
  const scopes = context.authenticate(token);
  if (!scopes) return { text: null, refused: true };
  return { text: text({ type: 'authenticated', scopes: [...scopes] }), known: { token, scopes } };
}

async function publishAnswer<P extends Asker>(
  peer: P,
  frame: PublishFrame,
  context: ReplyContext<P>,
): Promise<string | null> {
  const refuse = (code: string, message: string) =>
    peer.filter.kind === 'old' ? null : sayError(code, message, context.now(), frame.id);
  if (!peer.scopes.includes('operate'))
    return refuse('scope.missing', 'publishing needs a token with the operate scope');
  try {
    const { epoch, seq } = await context.publish(peer, frame);
    return text({ type: 'published', id: frame.id, epoch, seq });
  } catch (error) {
    const { code, message } = toMcError(error);
    return refuse(code, message);
  }
}

function complain(peer: Asker, code: string, message: string, { now }: { now: () => number }): Reply {
  return { text: peer.filter.kind === 'old' ? null : sayError(code, message, now()) };
}
