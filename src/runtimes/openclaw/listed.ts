import { readRegularSync, wasRead } from '../../base/index.js';
import { fieldOf, numberFrom } from '../../protocol/index.js';
import { objectOf, textOf, timeOf, titleOf } from '../values.js';
import type { SessionNode } from './nodes.js';
import { isSame, type Stamp, stampOf } from './stamp.js';

/** The sessions of an agent whose transcripts are files: what `sessions.json` lists. */
export interface ListedSessions {
  /** As they are now; a file that did not change is not read again, one that is half written not believed. */
  look(path: string): { path: string; nodes: SessionNode[]; problem: string | null };
}

const LIST_BYTES = 64 * 1024 * 1024;
const MOST = 50_000;

export function createListedSessions(): ListedSessions {
  let known: { path: string; nodes: SessionNode[]; problem: string | null } = { path: '', nodes: [], problem: null };
  let stamp: Stamp | null = null;
  return {
    look(path) {
      const current = stampOf(path);
      if (current === null) {
        if (stamp !== null || path !== known.path) known = { path, nodes: [], problem: null };
      } else if (path !== known.path || !isSame(current, stamp)) known = { path, ...readList(path, known.nodes) };
      stamp = current;
      return known;
    },
  };
}

function readList(path: string, before: SessionNode[]): { nodes: SessionNode[]; problem: string | null } {
  const file = readRegularSync(path, { limit: LIST_BYTES });
  if (!wasRead(file)) return { nodes: before, problem: file?.reason ?? null };
  try {
    const entries = Object.entries(objectOf(JSON.parse(file.bytes.toString('utf8'))) ?? {}).slice(0, MOST);
    return { nodes: entries.flatMap(([key, entry]) => nodeFrom(key, entry) ?? []), problem: null };
  } catch {
    return { nodes: before, problem: 'is not JSON' };
  }
}

function nodeFrom(key: string, entry: unknown): SessionNode | null {
  const current = textOf(fieldOf(entry, 'sessionId'));
  if (current === null || key.length > 1000) return null;
  return {
    key,
    current,
    status: textOf(fieldOf(entry, 'status'), 60),
    via: textOf(fieldOf(entry, 'createdVia'), 60),
    parentKey: textOf(fieldOf(entry, 'parentSessionKey'), 1000) ?? textOf(fieldOf(entry, 'spawnedBy'), 1000),
    label: titleOf(fieldOf(entry, 'label')) ?? titleOf(fieldOf(entry, 'displayName')),
    archived: fieldOf(entry, 'archivedAt') !== undefined,
    created: timeOf(fieldOf(entry, 'createdAt')),
    updated: timeOf(fieldOf(entry, 'updatedAt')),
    model: textOf(fieldOf(entry, 'model')),
    contextTokens: fieldOf(entry, 'totalTokensFresh') === true ? numberFrom(fieldOf(entry, 'totalTokens')) : null,
    contextLimit: numberFrom(fieldOf(entry, 'contextTokens')),
  };
}
