import { NO_NAMES, parseChannels, parsePosition, type Position } from '../../protocol/index.js';
import type { Filter } from './filter.js';

/** What a client asked for with the address it connected to. */
export interface ConnectRequest {
  filter: Filter;
  /** null: not asked for. `junk`: something that is not a position. */
  since: Position | 'junk' | null;
  /** Names in `channels` that are not event types. */
  unknownChannels: string[];
}

/** Reads the address of an upgrade request. Never throws: an address without a query string is an old client's. */
export function parseConnect(url: string): ConnectRequest {
  const at = url.indexOf('?');
  const query = new URLSearchParams(at === -1 ? '' : url.slice(at + 1));
  if (query.size === 0) {
    return { filter: { kind: 'old', channels: null, agents: null }, since: null, unknownChannels: [] };
  }
  const { channels, unknown } = parseChannels(query.get('channels') ?? '');
  return {
    filter: {
      kind: 'mc',
      channels: channels && new Set(channels),
      agents: parseAgents(query.get('agents') ?? ''),
    },
    since: parseSince(query.get('since') ?? ''),
    unknownChannels: unknown,
  };
}

/** A comma list of ids; `*` or nothing means all (null), `-` none. */
function parseAgents(list: string): Set<string> | null {
  if (list === NO_NAMES) return new Set();
  const ids = list.split(',').filter((id) => id !== '');
  return ids.length === 0 || ids.includes('*') ? null : new Set(ids);
}

function parseSince(text: string): ConnectRequest['since'] {
  return text === '' ? null : (parsePosition(text) ?? 'junk');
}
