import { applyEvent, type EventDraft, emptySnapshot, type Reading, type Snapshot } from '../protocol/index.js';
import { diffReading } from './diff.js';
import { emptyMemo, remember } from './memo.js';
import { tick } from './staleness.js';

export interface StateOptions {
  /** How long an agent without a heartbeat interval of its own may be silent, in milliseconds. */
  staleAfterMs: number;
  /** Makes the ids of the notifications; must never repeat one. */
  newId: () => string;
}

/** The one holder of the truth. Its snapshot is at every time the fold of the events it gave out and took in. */
export interface State {
  readonly snapshot: Snapshot;
  /** Takes in what the files say; the events that follow from it are applied already. `now` in milliseconds. */
  read(reading: Reading, now: number): EventDraft[];
  /** Takes in that time has passed; the events that follow from it are applied already. */
  tick(now: number): EventDraft[];
  /** Takes in an event that comes from elsewhere (a notification of the API or an alert). */
  apply(draft: EventDraft): void;
}

/** A state that knows nothing yet. */
export function createState({ staleAfterMs, newId }: StateOptions): State {
  const snapshot = emptySnapshot();
  const memo = emptyMemo();
  const applied = (drafts: EventDraft[]) => {
    for (const draft of drafts) applyEvent(snapshot, draft);
    return drafts;
  };
  return {
    snapshot,
    read(reading, now) {
      const drafts = applied(diffReading(snapshot, reading, { now, staleAfterMs, newId, memo }));
      remember(memo, reading);
      return drafts;
    },
    tick: (now) => applied(tick(snapshot, now, staleAfterMs)),
    apply: (draft) => applyEvent(snapshot, draft),
  };
}
