import type { Entry } from '../../bus/index.js';
import type { Position } from '../../protocol/index.js';
import type { HubLimits } from './limits.js';

/**
 * Counts what passes somebody by who narrows. Its position only moves with what it hears: before the journal forgets that
 * position it has to be sent a newer one, or it could not resume and would lose what it does hear.
 */
export class SilentGap {
  readonly #limits: Pick<HubLimits, 'unheardEvents' | 'unheardBytes'>;
  #events = 0;
  #bytes = 0;

  constructor(limits: Pick<HubLimits, 'unheardEvents' | 'unheardBytes'>) {
    this.#limits = limits;
  }

  /**
   * Takes in a tick's events, of which the one at `heard` was the last that was heard (null: none). Returns the position
   * that has to be sent now, null while that can wait.
   */
  pass(entries: readonly Entry[], heard: number | null): Position | null {
    if (heard !== null) this.#reset();
    for (const { event, bytes } of entries) {
      if (heard !== null && event.seq <= heard) continue;
      this.#events += 1;
      this.#bytes += bytes;
    }
    const last = entries.at(-1)?.event;
    if (!last || (this.#events < this.#limits.unheardEvents && this.#bytes < this.#limits.unheardBytes)) return null;
    this.#reset();
    return { epoch: last.epoch, seq: last.seq };
  }

  #reset(): void {
    this.#events = 0;
    this.#bytes = 0;
  }
}
