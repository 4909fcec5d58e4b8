import { ageOf } from '../../protocol/index.js';

const HOUR = 3_600_000;

/** True within the hour before `now`; what was counted while the clock was ahead is not. */
function isOfLastHour(at: number, now: number): boolean {
  return (ageOf(at, now) ?? HOUR) < HOUR;
}

/** Who reported a task's end: the agent's own files, or a task file. */
export type ReportedBy = 'agent' | 'queue';

/** Tasks of one agent that ended in the last hour. */
export interface Endings {
  /** False when the other side has already reported this end within the hour. Duration in ms, null: not known. */
  add(name: string, reportedBy: ReportedBy, duration: number | null, at: number): boolean;
  meanDuration(at: number): number | null;
}

interface Ending {
  name: string;
  reportedBy: ReportedBy;
  duration: number | null;
  at: number;
  /** Both have reported it. */
  matched: boolean;
}

export function createEndings(): Endings {
  let endings: Ending[] = [];
  const forget = (at: number) => {
    endings = endings.filter((ending) => isOfLastHour(ending.at, at));
  };
  return {
    add(name, reportedBy, duration, at) {
      forget(at);
      const key = name.trim().toLowerCase();
      const other = endings.find(
        (ending) => ending.name === key && ending.reportedBy !== reportedBy && !ending.matched,
      );
      if (other) {
        other.matched = true;
        other.duration ??= duration;
        return false;
      }
      endings.push({ name: key, reportedBy, duration, at, matched: false });
      return true;
    },
    meanDuration(at) {
      forget(at);
      const known = endings.flatMap(({ duration }) => duration ?? []);
      return known.length > 0 ? known.reduce((sum, ms) => sum + ms, 0) / known.length : null;
    },
  };
}

/** Figures of the last hour, summed up. */
export interface LastHour {
  add(at: number, value: number): void;
  /** How many there were and their sum. */
  total(at: number): { n: number; sum: number };
}

export function createLastHour(): LastHour {
  let entries: { at: number; value: number }[] = [];
  return {
    add(at, value) {
      entries.push({ at, value });
    },
    total(at) {
      entries = entries.filter((entry) => isOfLastHour(entry.at, at));
      return { n: entries.length, sum: entries.reduce((sum, { value }) => sum + value, 0) };
    },
  };
}
