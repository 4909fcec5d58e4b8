import { agentOfEvent, EVENT_TYPES, type EventType, type McEvent } from '../../protocol/index.js';

/** Clients written for the old backend connect without a query string; the others are ours. */
export type PeerKind = 'old' | 'mc';

/** What a peer wants to hear; null: everything. An agent filter concerns only events that are about an agent. */
export interface Filter {
  kind: PeerKind;
  channels: ReadonlySet<EventType> | null;
  agents: ReadonlySet<string> | null;
}

/** True when the peer gets the event. An old client would fail over an agent without a state. */
export function passes(filter: Filter, event: McEvent): boolean {
  if (filter.kind === 'old' && event.type === 'agent_status' && event.data.state === null) return false;
  if (filter.channels && !filter.channels.has(event.type)) return false;
  if (!filter.agents) return true;
  const agent = agentOfEvent(event);
  return agent === null || filter.agents.has(agent);
}

/** Only a client that hears everything can take what is left out for lost. */
export function hearsAll({ kind, channels, agents }: Filter): boolean {
  return kind === 'mc' && channels === null && agents === null;
}

/** Whether it is of a client that knows positions and hears only a part: what it hears does not show where it stands. */
export function narrows(filter: Filter): boolean {
  return filter.kind === 'mc' && !hearsAll(filter);
}

/** Whether anything passes `next` that did not pass `before`. */
export function isWider(next: Filter, before: Filter): boolean {
  return hasMore(next.channels, before.channels) || hasMore(next.agents, before.agents);
}

/** Equal for filters that let the same events through: their peers share one joined buffer. */
export function filterKey({ kind, channels, agents }: Filter): string {
  return JSON.stringify([kind, channels && [...channels].sort(), agents && [...agents].sort()]);
}

/** The filter after a `subscribe`: from everything it narrows to what is named, afterwards it adds. `*`: everything. */
export function subscribed(filter: Filter, channels: EventType[] | null, agents: string[] | null): Filter {
  const types = channels ? add(filter.channels, channels) : filter.channels;
  return {
    kind: filter.kind,
    channels: types && EVENT_TYPES.every((type) => types.has(type)) ? null : types,
    agents: agents?.includes('*') ? null : agents ? add(filter.agents, agents) : filter.agents,
  };
}

/** The filter after an `unsubscribe`; null when agents are to be taken from all agents, which cannot be named. */
export function unsubscribed(filter: Filter, channels: EventType[] | null, agents: string[] | null): Filter | null {
  if (agents && !filter.agents) return null;
  const types = filter.channels ?? new Set<EventType>(EVENT_TYPES);
  return {
    kind: filter.kind,
    channels: channels ? remove(types, channels) : filter.channels,
    agents: agents && filter.agents ? remove(filter.agents, agents) : filter.agents,
  };
}

function hasMore<T>(next: ReadonlySet<T> | null, before: ReadonlySet<T> | null): boolean {
  if (before === null) return false;
  return next === null || [...next].some((item) => !before.has(item));
}

function add<T>(set: ReadonlySet<T> | null, items: readonly T[]): Set<T> {
  return new Set([...(set ?? []), ...items]);
}

function remove<T>(set: ReadonlySet<T>, items: readonly T[]): Set<T> {
  return new Set([...set].filter((item) => !items.includes(item)));
}
