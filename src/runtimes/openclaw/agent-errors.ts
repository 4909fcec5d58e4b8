import { fieldOf, listFrom } from '../../protocol/index.js';
import type { Keep } from './keep.js';

/** Whose an error is: copies of a transcript tell it again, and it counts for the session that told it first. */
export interface AgentErrors {
  /** Whether it is this session's. */
  claim(key: string, session: string): boolean;
}

/** Errors are rare; older ones than so many are forgotten. */
const MOST = 2_000;

export function createAgentErrors(agentId: string, keep: Keep): AgentErrors {
  const name = `errors:${agentId}`;
  const owners = new Map<string, string>();
  for (const pair of listFrom(keep.get(name))) {
    const [key, session] = [fieldOf(pair, '0'), fieldOf(pair, '1')];
    if (typeof key === 'string' && typeof session === 'string') owners.set(key, session);
  }
  return {
    claim(key, session) {
      const owner = owners.get(key);
      if (owner !== undefined) return owner === session;
      owners.set(key, session);
      for (const oldest of owners.keys()) {
        if (owners.size <= MOST) break;
        owners.delete(oldest);
      }
      keep.set(name, [...owners]);
      return true;
    },
  };
}
