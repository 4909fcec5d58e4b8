import type { Logger } from '../../base/log.js';
import { nearMiss } from '../text/near-miss.js';
import { mistakenIn } from './survey.js';
import type { Place } from './places.js';

/** So many names are warned of; whoever has more has another trouble. */
const MOST_WARNINGS = 1000;

/** Warns, once each, of names above the agents that are nearly right: nothing else would report them. */
export function createNameWarnings(log: Logger | undefined): (places: readonly Place[]) => void {
  const warned = new Set<string>();
  return (places) => {
    for (const place of places)
      for (const { path, meant } of mistakenIn(place)) {
        if (warned.size > MOST_WARNINGS) return;
        if (!warned.has(path)) log?.warn({ path }, nearMiss(meant));
        warned.add(path);
      }
  };
}
