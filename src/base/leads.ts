import { lstatSync, readlinkSync } from 'node:fs';
import { join, parse, resolve, sep } from 'node:path';

/** True when `real` is one of the roots or lies below one; without roots always. */
export function isWithin(real: string, roots: readonly string[] | undefined): boolean {
  return (
    roots === undefined ||
    roots.some((root) => real === root || real.startsWith(root.endsWith(sep) ? root : root + sep))
  );
}

/** What a path is called that leads out of the workspace. */
export const LEADS_OUT = 'symbolic link that leads out of the workspace';

/** As many links on one way as the system itself follows. */
const MOST_LINKS = 40;

/**
 * Whether the links of a path that could not be opened lead out of the real paths `within` (absent or none: they cannot).
 * Links alone are judged: what lies behind them, and who may look at it, changes without a change in the workspace.
 */
export function linksLeadOut(path: string, within: readonly string[] | undefined): boolean {
  return within !== undefined && within.length > 0 && !isWithin(whereLinksLead(path), within);
}

/**
 * The place that a path names when every link on the way is followed as far as it may be looked at; from there on the names
 * are taken as they are. At once, for the errors only: some microseconds for each name. Never throws.
 */
function whereLinksLead(path: string): string {
  const whole = resolve(path);
  let { root: at } = parse(whole);
  const rest = namesOf(whole.slice(at.length));
  for (let links = 0; rest.length > 0 && links < MOST_LINKS; ) {
    const next = join(at, rest.shift() ?? '');
    const target = linkAt(next);
    if (target === null) at = next;
    else {
      links += 1;
      const { root } = parse(target);
      if (root !== '') at = root;
      rest.unshift(...namesOf(target.slice(root.length)));
    }
  }
  return join(at, ...rest);
}

function namesOf(path: string): string[] {
  return path.split(sep).filter((name) => name !== '');
}

function linkAt(path: string): string | null {
  try {
    return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ? readlinkSync(path) : null;
  } catch {
    return null;
  }
}
