import { toMcError } from '../base/index.js';
import type { AlertChange, AlertsOutlet } from './contract.js';
import type { Entry, Round } from './engine/engine.js';
import type { AlertStore } from './store/store.js';

/** Writes what changed, and hands it to what takes alerts out of the house, in one transaction. */
export interface AlertKeeper {
  /** What cannot be written now (a full disk) is written with the next change, or by `retry`. */
  write(changes: Round['changes']): void;
  retry(): void;
  /** Anything else, in a transaction of its own; told when it fails. */
  also(work: (store: AlertStore) => void): void;
  /** What cannot be kept, and why; null: all is kept. */
  fault(): string | null;
}

/** More than these that could not be written are too many to hold: the oldest is given up. */
const MOST_WAITING = 10_000;

export function createKeeper(store: AlertStore, outlet: AlertsOutlet | null, onFault: (error: unknown) => void) {
  let waiting: Round['changes'] = [];
  let fault: string | null = null;
  let outletFault: string | null = null;

  const failed = (error: unknown) => {
    const isNew = fault === null;
    fault = `alerts cannot be kept: ${toMcError(error).message}`;
    if (isNew) onFault(error);
  };
  const hand = (changes: readonly AlertChange[]) => {
    if (!outlet || changes.length === 0) return;
    // Nested in the transaction: only its own writes are undone when it fails.
    const inside = store.db.transaction(() => outlet.onChange(changes, store.db));
    try {
      inside();
      outletFault = null;
    } catch (error) {
      outletFault = `alerts do not leave this machine: ${toMcError(error).message}`;
      onFault(error);
    }
  };
  const flush = () => {
    if (waiting.length === 0) return;
    const changes = waiting;
    try {
      store.inOne(() => {
        for (const { kind, alert, entry } of changes) keepOne(store, kind, alert, entry);
        hand(changes.map(({ entry: _entry, ...change }) => change));
      });
      waiting = [];
      fault = null;
    } catch (error) {
      failed(error);
      return;
    }
    try {
      outlet?.onCommitted();
    } catch (error) {
      onFault(error);
    }
  };
  const keeper: AlertKeeper = {
    write(changes) {
      waiting = [...waiting, ...changes].slice(-MOST_WAITING);
      flush();
    },
    retry: flush,
    also(work) {
      try {
        store.inOne(() => work(store));
        if (waiting.length === 0) fault = null;
      } catch (error) {
        failed(error);
      }
    },
    fault: () => fault ?? outletFault,
  };
  return keeper;
}

function keepOne(store: AlertStore, kind: AlertChange['kind'], alert: AlertChange['alert'], entry: Entry): void {
  if (kind === 'resolved') store.end(alert);
  // It may be over already, when an earlier change had to wait.
  else if (entry.alert.state === 'firing') store.keep(entry);
}
