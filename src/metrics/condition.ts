/** What writing has come to. It outlasts a database that is away: what waits meanwhile is written afterwards. */
type Writing =
  | { is: 'running' }
  /** `since`: by the clock, for people; `at`: monotonic. Milliseconds. */
  | { is: 'paused'; reason: string; since: number; at: number }
  | { is: 'failing'; reason: string };

interface Memory {
  /** Why a database was set aside ("damaged"); null: none was. */
  setAside: string | null;
  /** The database's file is not under its name and cannot be put there again, for this reason; null: it is there. */
  lost: string | null;
  /** Since when another program holds the database, monotonic; null: none does. */
  heldSince: number | null;
  /** When the last collection took place, monotonic. */
  ranAt: number | null;
}

/** How the service is. `writing`: how writing goes on once the database is open again. */
export type Condition = Memory &
  (
    | Writing
    | { is: 'off'; writing: Writing }
    | { is: 'unavailable'; reason: string; writing: Writing }
    /** Somebody replaces the database's file: it must not be opened. */
    | { is: 'restoring'; writing: Writing }
    /** `open`: the database was open, and is until the last rows are written. */
    | { is: 'stopped'; open: boolean; writing: Writing }
  );

/** What changes a condition. `at`: monotonic, `now`: by the clock. */
export type Happening =
  | { it: 'opened' }
  | { it: 'unavailable'; reason: string }
  | { it: 'restore begun' }
  | { it: 'restore ended' }
  | { it: 'stopped' }
  | { it: 'held'; at: number; now: number }
  | { it: 'disk full'; at: number; now: number }
  | { it: 'write failed'; reason: string }
  | { it: 'written' }
  | { it: 'collected'; at: number }
  | { it: 'set aside'; reason: string }
  | { it: 'lost' }
  | { it: 'found' };

export const HELD_REASON = 'another program holds the metrics database';
const RESTORING_REASON = 'the database is being restored';
/** What holds the database for less is somebody's daily work. */
const TOLD_AFTER_MS = 5000;

/** Before the first start. */
export const OFF: Condition = {
  is: 'off',
  writing: { is: 'running' },
  setAside: null,
  lost: null,
  heldSince: null,
  ranAt: null,
};

/** The condition after something has happened. What cannot happen in a condition leaves it as it is. */
export function next(condition: Condition, happening: Happening): Condition {
  switch (happening.it) {
    case 'opened':
      return condition.is === 'off' || condition.is === 'unavailable'
        ? { ...memoryOf(condition), ...condition.writing }
        : condition;
    case 'unavailable':
      return condition.is === 'restoring' || condition.is === 'stopped'
        ? condition
        : unavailable(condition, happening.reason);
    case 'restore begun':
      return condition.is === 'stopped'
        ? condition
        : { ...memoryOf(condition), is: 'restoring', writing: writingOf(condition) };
    case 'restore ended':
      return condition.is === 'restoring' ? unavailable(condition, RESTORING_REASON) : condition;
    case 'stopped':
      return condition.is === 'stopped'
        ? condition
        : { ...memoryOf(condition), is: 'stopped', open: isOpen(condition), writing: writingOf(condition) };
    case 'held': {
      const since = condition.heldSince ?? happening.at;
      const held = { ...condition, heldSince: since };
      return happening.at - since < TOLD_AFTER_MS ? held : pause(held, HELD_REASON, happening);
    }
    case 'disk full':
      return pause(condition, 'the disk is full', happening);
    case 'write failed':
      return isPaused(condition) ? condition : writes(condition, { is: 'failing', reason: happening.reason });
    case 'written':
      return { ...writes(condition, { is: 'running' }), heldSince: null };
    case 'collected':
      return { ...condition, ranAt: happening.at };
    case 'set aside':
      return { ...condition, setAside: happening.reason };
    case 'lost':
      return condition.is === 'unavailable'
        ? {
            ...memoryOf(condition),
            ...condition.writing,
            lost: `the database was removed, and cannot be written again: ${condition.reason}`,
          }
        : condition;
    case 'found':
      return { ...condition, lost: null };
  }
}

/** `available`, or what is wrong. `at`: monotonic; `interval`: from one collection to the next. Milliseconds. */
export function healthOf(condition: Condition, at: number, interval: number): string {
  if (!isOpen(condition)) return reasonAway(condition) ?? 'the metrics service has stopped';
  if (condition.lost !== null) return condition.lost;
  const writing = writingOf(condition);
  if (writing.is === 'paused') return `paused since ${new Date(writing.since).toISOString()}: ${writing.reason}`;
  if (writing.is === 'failing') return `the last collection failed: ${writing.reason}`;
  if (condition.setAside !== null) return `the database was ${condition.setAside} and set aside; a new one was begun`;
  const behind = condition.ranAt === null ? 0 : at - condition.ranAt;
  return behind > interval * 2.5 ? `no collection for ${Math.round(behind / 1000)} s` : 'available';
}

/** True while the database can be read and written. */
export function isOpen(condition: Condition): boolean {
  return condition.is === 'stopped' ? condition.open : reasonAway(condition) === null;
}

/** True while another program holds the database: what cannot be written now can be later. */
export function isBlocked({ heldSince }: Condition): boolean {
  return heldSince !== null;
}

/** False while another process replaces the database's file, and after the end. */
export function mayOpen({ is }: Condition): boolean {
  return is !== 'restoring' && is !== 'stopped';
}

/** Why there is no database to read or write just now; null: it is open, or the service has stopped. */
export function reasonAway(condition: Condition): string | null {
  if (condition.is === 'off') return 'the metrics service has not started';
  if (condition.is === 'unavailable') return condition.reason;
  return condition.is === 'restoring' ? RESTORING_REASON : null;
}

/** What writing has come to, whether the database is open or not. */
export function writingOf(condition: Condition): Writing {
  switch (condition.is) {
    case 'running':
      return { is: 'running' };
    case 'paused':
      return { is: 'paused', reason: condition.reason, since: condition.since, at: condition.at };
    case 'failing':
      return { is: 'failing', reason: condition.reason };
    default:
      return condition.writing;
  }
}

/** The condition of a service, and what happens to it. */
export interface Conditions {
  now(): Condition;
  happen(happening: Happening): void;
}

export function createConditions(): Conditions {
  let condition = OFF;
  return {
    now: () => condition,
    happen(happening) {
      condition = next(condition, happening);
    },
  };
}

function isPaused(condition: Condition): boolean {
  return writingOf(condition).is === 'paused';
}

function pause(condition: Condition, reason: string, { at, now }: { at: number; now: number }): Condition {
  return isPaused(condition) ? condition : writes(condition, { is: 'paused', reason, since: now, at });
}

function writes(condition: Condition, writing: Writing): Condition {
  return 'writing' in condition ? { ...condition, writing } : { ...memoryOf(condition), ...writing };
}

function unavailable(condition: Condition, reason: string): Condition {
  return { ...memoryOf(condition), is: 'unavailable', reason, writing: writingOf(condition) };
}

function memoryOf({ setAside, lost, heldSince, ranAt }: Condition): Memory {
  return { setAside, lost, heldSince, ranAt };
}
