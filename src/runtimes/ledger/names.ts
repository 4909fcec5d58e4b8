import { hash } from 'node:crypto';
import type { RuntimeName } from '../../protocol/index.js';
import type { Priced } from '../prices/rates.js';
import type { Database } from './database.js';

/** A session as the ledger keeps it. */
export interface KeptSession {
  id: number;
  runtime: RuntimeName;
  session: string;
  agent: string | null;
  project: string | null;
  /** null: not known; it comes after all others. */
  rank: number | null;
}

/** What a response was computed by, beside its tokens. */
export interface Kind extends Pick<Priced, 'model' | 'provider' | 'tier' | 'region'> {
  id: number;
}

/** Sessions and kinds by the small numbers that stand for them. Kept in memory; `forget` when others may have changed them. */
export interface Names {
  session(runtime: RuntimeName, session: string): KeptSession;
  sessionOf(id: number): KeptSession;
  keepSession(session: KeptSession): void;
  kind(of: Omit<Kind, 'id'>): Kind;
  kindOf(id: number): Kind;
  forget(): void;
}

/** More than these are read again when they are needed. */
const KEPT = 50_000;

export function createNames(db: Database): Names {
  const byName = new Map<string, KeptSession>();
  const byId = new Map<number, KeptSession>();
  const kindsByName = new Map<string, Kind>();
  const kindsById = new Map<number, Kind>();
  /** Most responses are like the one before. */
  let lastKind: Kind | null = null;
  const columns = 'id, runtime, session, agent, project, rank';
  const find = db.prepare(`SELECT ${columns} FROM usage_sessions WHERE runtime = ? AND session = ?`);
  const get = db.prepare(`SELECT ${columns} FROM usage_sessions WHERE id = ?`);
  const add = db.prepare('INSERT INTO usage_sessions (runtime, session) VALUES (?, ?)');
  const change = db.prepare(
    'UPDATE usage_sessions SET agent = @agent, project = @project, rank = @rank WHERE id = @id',
  );
  const findKind = db.prepare('SELECT id, model, provider, tier, region FROM usage_kinds WHERE name = ?');
  const getKind = db.prepare('SELECT id, model, provider, tier, region FROM usage_kinds WHERE id = ?');
  const addKind = db.prepare('INSERT INTO usage_kinds (model, provider, tier, region, name) VALUES (?, ?, ?, ?, ?)');

  const known = (found: KeptSession): KeptSession => {
    if (byId.size >= KEPT) forget();
    byName.set(`${found.runtime}\n${found.session}`, found);
    byId.set(found.id, found);
    return found;
  };
  const knownKind = (name: string, kind: Kind): Kind => {
    if (kindsById.size >= KEPT) forget();
    lastKind = kind;
    kindsByName.set(name, kind);
    kindsById.set(kind.id, kind);
    return kind;
  };
  const forget = () => {
    for (const map of [byName, byId, kindsByName, kindsById]) map.clear();
    lastKind = null;
  };
  return {
    session(runtime, session) {
      const kept = byName.get(`${runtime}\n${session}`);
      if (kept) return kept;
      const before = find.get(runtime, session) as KeptSession | undefined;
      if (before) return known(before);
      const id = Number(add.run(runtime, session).lastInsertRowid);
      return known({ id, runtime, session, agent: null, project: null, rank: null });
    },
    sessionOf: (id) => byId.get(id) ?? known(get.get(id) as KeptSession),
    keepSession(session) {
      change.run(session);
      known(session);
    },
    kind({ model, provider, tier, region }) {
      const is = lastKind;
      if (is?.model === model && is.provider === provider && is.tier === tier && is.region === region) return is;
      const name = nameOf(model, provider, tier, region);
      const before = kindsByName.get(name) ?? (findKind.get(name) as Kind | undefined);
      if (before) return knownKind(name, before);
      const id = Number(addKind.run(model, provider, tier, region, name).lastInsertRowid);
      return knownKind(name, { id, model, provider, tier, region });
    },
    kindOf(id) {
      const kept = kindsById.get(id);
      if (kept) return kept;
      const kind = getKind.get(id) as Kind;
      return knownKind(nameOf(kind.model, kind.provider, kind.tier, kind.region), kind);
    },
    forget,
  };
}

/** Sixteen bytes that stand for a text of a runtime (a key, a path), which itself is not kept. */
export function hashOf(runtime: RuntimeName, text: string): Buffer {
  // By way of a string: a buffer of its own for each would cost more than the hash.
  return Buffer.from(hash('sha256', `${runtime}\n${text}`, 'binary').slice(0, 16), 'latin1');
}

/**
 * What makes a response one: sixteen bytes, of which the first eight are those of its alias where it has one. So those of one
 * alias lie side by side. The same key has to come with the same alias.
 */
export function keyOf(runtime: RuntimeName, key: string, alias: string | null): Buffer {
  const own = hashOf(runtime, key);
  if (alias !== null) hashOf(runtime, alias).copy(own, 0, 0, ALIAS_BYTES);
  return own;
}

/** What keys of one alias have in common. */
export function aliasIn(key: Buffer): string {
  return key.toString('latin1', 0, ALIAS_BYTES);
}

/** The first and the last key that responses of one alias may have. */
export function keysBeside(key: Buffer): [Buffer, Buffer] {
  const rest = key.length - ALIAS_BYTES;
  const alias = key.subarray(0, ALIAS_BYTES);
  return [Buffer.concat([alias, Buffer.alloc(rest)]), Buffer.concat([alias, Buffer.alloc(rest, 255)])];
}

const ALIAS_BYTES = 8;

function nameOf(...parts: (string | null)[]): string {
  return parts.map((part) => (part === null ? '' : `=${part}`)).join('\n');
}
