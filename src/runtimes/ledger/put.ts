import type { RuntimeName } from '../../protocol/index.js';
import type { DropReason, Response } from '../facts.js';
import type { Cost } from '../prices/rates.js';
import type { PutResult, SessionFact, UsageDelta } from './contract.js';
import { addResponse, emptySum, isEmptySum } from './exact.js';
import { cleaned, costThatFits, isBetter, textOf } from './lines.js';
import { keyOf, type Names } from './names.js';
import type { Owners } from './owners.js';
import type { Row, Rows } from './rows.js';

/** What counting needs. */
export interface Counter {
  names: Names;
  owners: Owners;
  rows: Rows;
  costOf: (response: Response) => Cost | null;
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
  const unsettled: Buffer[] = [];
  const result = { fresh: 0, repeated: 0, forked: 0 };
  for (const { response, lines } of fold(responses)) {
    result.repeated += lines - 1;
    const became = putOne(counter, runtime, response, { changes, unsettled });
    result[became] += 1;
  }
  for (const key of unsettled) settle(counter, key, changes);
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
    const { session, replica, alias, key } = response;
    const place = `${session}\n${replica}${alias?.length ?? -1}${alias}${key}`;
    const before = folded.get(place);
    if (before === undefined) {
      folded.set(place, { response, lines: 1 });
      continue;
    }
    before.lines += 1;
    if (isBetter(response, before.response)) before.response = response;
  }
  return folded.values();
}

function putOne(
  { names, owners, rows, costOf }: Counter,
  runtime: RuntimeName,
  response: Response,
  { changes, unsettled }: { changes: Changes; unsettled: Buffer[] },
): 'fresh' | 'repeated' | 'forked' {
  const { replica } = response;
  const key = keyOf(runtime, response.key, response.alias);
  const row = {
    session: names.session(runtime, response.session).id,
    kind: names.kind(response).id,
    response,
    cost: costThatFits(costOf(response)),
    replica,
    // A replica waits until it is known whether there is what it repeats.
    counted: !replica,
  };
  if (rows.add({ ...row, key })) {
    if (row.counted) changes.add(row, 1);
    if (replica || response.alias !== null) unsettled.push(key);
    return 'fresh';
  }
  const before = rows.byKey(key) as Row;
  const now = { ...before, replica: before.replica && replica };
  if (isBetter(response, before.response)) {
    now.response = response;
    now.kind = row.kind;
    now.cost = row.cost;
  }
  let became: 'repeated' | 'forked' = 'repeated';
  if (row.session !== before.session) {
    if (owners.claim(before.id, before.session, row.session)) became = 'forked';
    now.session = owners.first(before.session, row.session);
  }
  if (before.replica && !now.replica) {
    now.counted = true;
    unsettled.push(key);
  }
  replace(rows, before, now, changes);
  return became;
}

/** Whether replicas of one alias count: only if there is nothing that they repeat. */
function settle({ rows }: Counter, key: Buffer, changes: Changes): void {
  const replicas = rows.replicasBeside(key);
  if (replicas.length === 0) return;
  const counted = !rows.hasOriginalBeside(key);
  for (const row of replicas) replace(rows, row, { ...row, counted }, changes);
}

/** Writes a row that differs, and notes what that changes. */
function replace(rows: Rows, before: Row, now: Row, changes: Changes): void {
  const isSame =
    before.session === now.session &&
    before.response === now.response &&
    before.replica === now.replica &&
    before.counted === now.counted;
  if (isSame) return;
  rows.change(now);
  if (before.counted) changes.add(before, -1);
  if (now.counted) changes.add(now, 1);
}

interface Changes {
  add(row: Pick<Row, 'session' | 'kind' | 'response' | 'cost'>, sign: 1 | -1): void;
  deltas(): UsageDelta[];
}

/** What changes for whom, gathered by session and model. */
function createChanges(names: Names): Changes {
  const bySession = new Map<number, Map<string | null, Pick<UsageDelta, 'model' | 'delta'>>>();
  return {
    add({ session, response, cost }, sign) {
      let byModel = bySession.get(session);
      if (byModel === undefined) bySession.set(session, (byModel = new Map()));
      let change = byModel.get(response.model);
      if (change === undefined) {
        change = { model: response.model, delta: emptySum() };
        byModel.set(response.model, change);
      }
      addResponse(change.delta, response, cost, sign);
    },
    deltas: () =>
      [...bySession].flatMap(([id, byModel]) => {
        const { runtime, session, agent } = names.sessionOf(id);
        const changed = [...byModel.values()].filter(({ delta }) => !isEmptySum(delta));
        return changed.map((change) => ({ runtime, session, agent, ...change }));
      }),
  };
}
