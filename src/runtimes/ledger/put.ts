import type { RuntimeName } from '../../protocol/index.js';
import type { DropReason, Response } from '../facts.js';
import type { PriceTable, PutResult, SessionFact, UsageDelta } from './contract.js';
import { addResponse, emptySum, isEmptySum } from './exact.js';
import { cleaned, costThatFits, isBetter, textOf } from './lines.js';
import { hashOf, type Names } from './names.js';
import type { Owners } from './owners.js';
import type { Row, Rows } from './rows.js';

/** What counting needs. */
export interface Counter {
  names: Names;
  owners: Owners;
  rows: Rows;
  prices(): PriceTable;
  /** Adds to the account of a runtime, under a name. */
  tally(runtime: RuntimeName, name: string, count: number): void;
}

/** One response of a batch: the best of its lines, and of how many. */
interface Folded {
  response: Response;
  lines: number;
}

/** Counts responses, inside a transaction. See `Ledger.put`. */
export function putResponses(
  counter: Counter,
  runtime: RuntimeName,
  responses: readonly Response[],
  repeat: DropReason,
): PutResult {
  const changes = createChanges(counter.names);
  const aliases = new Map<string, Buffer>();
  const result = { fresh: 0, repeated: 0, forked: 0 };
  for (const { response, lines } of fold(responses)) {
    result.repeated += lines - 1;
    const became = putOne(counter, runtime, response, changes, aliases);
    result[became] += 1;
  }
  for (const alias of aliases.values()) settle(counter, alias, changes);
  counter.tally(runtime, 'offered', responses.length);
  counter.tally(runtime, repeat, result.repeated);
  counter.tally(runtime, 'fork', result.forked);
  return { ...result, deltas: changes.deltas() };
}

/** Says whose sessions are, inside a transaction. See `Ledger.putSessions`. */
export function putSessionFacts(
  { names, owners, rows }: Counter,
  runtime: RuntimeName,
  sessions: readonly SessionFact[],
): UsageDelta[] {
  const changes = createChanges(names);
  for (const fact of sessions) {
    const before = names.session(runtime, textOf(fact.id));
    const rank = Number.isFinite(fact.rank) ? fact.rank : null;
    const now = { ...before, agent: fact.agent, project: fact.project, rank };
    if (before.agent === now.agent && before.project === now.project && before.rank === now.rank) continue;
    names.keepSession(now);
    for (const id of owners.contested(before, now)) {
      const row = rows.byId(id);
      const owner = owners.ownerOf(id);
      if (row === null || row.session === owner) continue;
      replace(rows, row, { ...row, session: owner }, changes);
    }
  }
  return changes.deltas();
}

/** The lines of one response in one session, as one. */
function fold(responses: readonly Response[]): Iterable<Folded> {
  const folded = new Map<string, Folded>();
  for (const given of responses) {
    const response = cleaned(given);
    const place = `${response.session}\n${response.key}`;
    const before = folded.get(place);
    if (before === undefined) {
      folded.set(place, { response, lines: 1 });
      continue;
    }
    before.lines += 1;
    before.response = merged(before.response, response);
  }
  return folded.values();
}

/** Both are lines of one response: the better one, which is a replica only if both are. */
function merged(one: Response, other: Response): Response {
  const best = isBetter(other, one) ? other : one;
  const alias = (one.alias ?? '') > (other.alias ?? '') ? one.alias : other.alias;
  return { ...best, alias, replica: one.replica && other.replica };
}

function putOne(
  { names, owners, rows, prices }: Counter,
  runtime: RuntimeName,
  response: Response,
  changes: Changes,
  aliases: Map<string, Buffer>,
): 'fresh' | 'repeated' | 'forked' {
  const { id: session } = names.session(runtime, response.session);
  const key = hashOf(runtime, response.key);
  const alias = response.alias === null ? null : hashOf(runtime, response.alias);
  const { replica } = response;
  const row = {
    session,
    kind: names.kind(response).id,
    response,
    cost: costThatFits(prices().costOf(response)),
    alias,
    replica,
    // A replica waits until it is known whether there is what it repeats.
    counted: !replica || alias === null,
  };
  if (rows.add({ ...row, key })) {
    if (row.counted) changes.add(row, 1);
    if (alias !== null && (replica || rows.replicas(alias).length > 0)) note(aliases, alias);
    return 'fresh';
  }
  const before = rows.byKey(key) as Row;
  const best = isBetter(response, before.response) ? row : before;
  const now: Row = {
    ...before,
    response: best.response,
    kind: best.kind,
    cost: best.cost,
    alias: larger(before.alias, alias),
    replica: before.replica && replica,
  };
  if (!now.replica || now.alias === null) now.counted = true;
  let forked = false;
  if (session !== before.session) {
    forked = owners.claim(before.id, before.session, session);
    now.session = owners.first(before.session, session);
  }
  replace(rows, before, now, changes);
  for (const one of [before.alias, now.alias]) if (one !== null && hasMoved(before, now)) note(aliases, one);
  return forked ? 'forked' : 'repeated';
}

/** Whether replicas of one alias count: only if there is nothing that they repeat. */
function settle({ rows }: Counter, alias: Buffer, changes: Changes): void {
  const replicas = rows.replicas(alias);
  if (replicas.length === 0) return;
  const counted = !rows.hasOriginal(alias);
  for (const row of replicas) replace(rows, row, { ...row, counted }, changes);
}

function hasMoved(before: Row, now: Row): boolean {
  return before.replica !== now.replica || !isSameAlias(before.alias, now.alias);
}

/** Writes a row that differs, and notes what that changes. */
function replace(rows: Rows, before: Row, now: Row, changes: Changes): void {
  if (
    before.session === now.session &&
    before.counted === now.counted &&
    before.response === now.response &&
    !hasMoved(before, now)
  ) {
    return;
  }
  rows.change(now);
  if (before.counted) changes.add(before, -1);
  if (now.counted) changes.add(now, 1);
}

function note(aliases: Map<string, Buffer>, alias: Buffer): void {
  aliases.set(alias.toString('latin1'), alias);
}

function larger(one: Buffer | null, other: Buffer | null): Buffer | null {
  if (one === null || other === null) return one ?? other;
  return one.compare(other) >= 0 ? one : other;
}

function isSameAlias(one: Buffer | null, other: Buffer | null): boolean {
  return one === null || other === null ? one === other : one.equals(other);
}

interface Changes {
  add(row: Pick<Row, 'session' | 'kind' | 'response' | 'cost'>, sign: 1 | -1): void;
  deltas(): UsageDelta[];
}

/** What changes for whom, gathered by session and model. */
function createChanges(names: Names): Changes {
  const bySession = new Map<number, Map<string | null, UsageDelta>>();
  return {
    add({ session, response, cost }, sign) {
      let byModel = bySession.get(session);
      if (byModel === undefined) bySession.set(session, (byModel = new Map()));
      let change = byModel.get(response.model);
      if (change === undefined) {
        const { runtime, session: id, agent } = names.sessionOf(session);
        change = { runtime, session: id, agent, model: response.model, delta: emptySum() };
        byModel.set(response.model, change);
      }
      addResponse(change.delta, response, cost, sign);
    },
    deltas: () =>
      [...bySession.values()].flatMap((byModel) => [...byModel.values()]).filter(({ delta }) => !isEmptySum(delta)),
  };
}
