import type { Alert } from '../../protocol/index.js';
import type { AlertChange } from '../contract.js';
import type { Outbox } from './outbox.js';
import { hears, type Target } from './target.js';

/** What is queued for whom. */
export interface Queueing {
  outbox: Outbox;
  /** Those that are sent something now. */
  targets: readonly Target[];
  now: number;
}

/**
 * Queues what changed. That an alert fires goes to each target that hears of it; that it is over, to each that may have been
 * told; what is over, silenced, muted or acknowledged before it left is taken back.
 */
export function queueChanges(changes: readonly AlertChange[], { outbox, targets, now }: Queueing): void {
  for (const { alert, kind, tell } of changes) {
    if (kind === 'updated') {
      outbox.refresh(alert);
      continue;
    }
    outbox.keep(alert, tell || (kind === 'resolved' && alert.silenced_until === null), now);
    if (alert.state === 'resolved') {
      outbox.drop(alert.id, 'it was over before it left', now);
      if (alert.silenced_until !== null) continue;
      const known = new Set(targets.map(({ name }) => name));
      for (const name of outbox.told(alert.id)) if (known.has(name)) outbox.add(alert, name, 'resolved', now);
    } else if (!tell) {
      outbox.drop(alert.id, heldBackBy(alert), now);
    } else {
      for (const target of targets) if (hears(target, alert)) outbox.add(alert, target.name, 'firing', now);
    }
  }
}

function heldBackBy({ acknowledged_at: acknowledged, silenced_until: silenced }: Alert): string {
  if (acknowledged !== null) return 'it is acknowledged';
  return silenced === null ? 'its rule is muted' : 'it is silenced';
}
