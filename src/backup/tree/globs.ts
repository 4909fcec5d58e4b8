/**
 * Globs as in gitignore(5), and `{a,b}`: `*` and `?` stop at a slash, `**` between slashes is any number of directories.
 * Agents write them into ignore files, and foreign archives bring them: a regular expression made of one can take years over
 * a name, so each is matched step by step, in at most length times length of it.
 */
export type GlobMatcher = (path: string) => boolean;

/** A longer one names nothing that a file system could hold. */
const MOST_CHARS = 4096;
const MOST_ALTERNATIVES = 64;

/** What one place of a name may be: any run (null), or a character of which this says whether it fits. */
type Token = null | ((char: string) => boolean);
/** What one name between slashes may be: any number of names (null), exactly a text, or tokens. */
type Step = null | string | Token[];

/** Null where there is nothing to match. */
export function compileGlob(glob: string): GlobMatcher | null {
  if (glob.length > MOST_CHARS) return null;
  const ways = alternativesOf(glob).map((each) => each.split('/').filter((name) => name !== ''));
  const walks = ways.filter((names) => names.length > 0).map((names) => names.map(stepOf));
  if (walks.length === 0) return null;
  const ends = walks.map((steps) => steps.at(-1));
  return (path) => {
    // Most patterns end with a plain name, and most paths do not.
    if (ends.every((end) => typeof end === 'string' && !path.endsWith(end))) return false;
    const names = path.split('/');
    return walks.some((steps) => matchSteps(steps, names));
  };
}

/** `a{b,c}` → `ab`, `ac`. What has too many stands for itself. */
function alternativesOf(glob: string): string[] {
  let done: string[] = [];
  let open = [glob];
  while (open.length > 0 && open.length + done.length <= MOST_ALTERNATIVES) {
    const parts = open.map((each) => ({ each, found: choiceIn(each) }));
    done = [...done, ...parts.flatMap(({ each, found }) => (found ? [] : [each]))];
    open = parts.flatMap(({ found }) => found ?? []);
  }
  return open.length > 0 ? [glob] : done;
}

/** A glob with each of the ways of its first `{a,b}`; null when it has none. */
function choiceIn(glob: string): string[] | null {
  for (const found of glob.matchAll(/\{([^{}]*)\}/g)) {
    const [whole, ways = ''] = found;
    if (!ways.includes(',')) continue;
    return ways.split(',').map((way) => glob.slice(0, found.index) + way + glob.slice(found.index + whole.length));
  }
  return null;
}

function stepOf(name: string): Step {
  if (name === '**') return null;
  return /[*?[\\]/.test(name) ? tokensOf(name) : name;
}

function tokensOf(name: string): Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < name.length; at += 1) {
    const char = name[at] ?? '';
    const set = char === '[' ? setAt(name, at) : null;
    if (char === '*') {
      if (tokens.at(-1) !== null) tokens.push(null);
    } else if (char === '?') tokens.push(() => true);
    else if (set) {
      tokens.push(set.fits);
      at = set.end;
    } else {
      if (char === '\\' && at + 1 < name.length) at += 1;
      const exactly = name[at];
      tokens.push((other) => other === exactly);
    }
  }
  return tokens;
}

/** `[a-z]`, `[!a]`; null when no bracket closes it: then it stands for itself. */
function setAt(name: string, start: number): { fits: (char: string) => boolean; end: number } | null {
  const negated = /[!^]/.test(name[start + 1] ?? '');
  const first = start + (negated ? 2 : 1);
  const end = name.indexOf(']', first + 1);
  if (end < 0) return null;
  const ranges: [string, string][] = [];
  for (let at = first; at < end; at += 1) {
    const from = name[at] ?? '';
    const isRange = name[at + 1] === '-' && at + 2 < end;
    ranges.push([from, isRange ? (name[at + 2] ?? '') : from]);
    if (isRange) at += 2;
  }
  return { fits: (char) => ranges.some(([from, to]) => from <= char && char <= to) !== negated, end };
}

function matchSteps(steps: readonly Step[], names: readonly string[]): boolean {
  return matchRuns(steps, names, (step, name) => (typeof step === 'string' ? step === name : matchName(step, name)));
}

function matchName(tokens: readonly Token[], name: string): boolean {
  return matchRuns(tokens, name, (token, char) => token(char));
}

/**
 * Matches a pattern in which null takes any number of items. When it goes wrong only the last null takes one more: what an
 * earlier one could take instead, the last can as well.
 */
function matchRuns<P, T>(
  pattern: readonly (P | null)[],
  items: ArrayLike<T>,
  fits: (part: P, item: T) => boolean,
): boolean {
  let at = 0;
  let part = 0;
  let run = -1;
  let taken = 0;
  while (at < items.length) {
    const wanted = pattern[part];
    if (wanted === null) {
      run = part;
      taken = at;
      part += 1;
    } else if (wanted !== undefined && fits(wanted, items[at] as T)) {
      at += 1;
      part += 1;
    } else if (run >= 0) {
      taken += 1;
      at = taken;
      part = run + 1;
    } else return false;
  }
  while (pattern[part] === null) part += 1;
  return part === pattern.length;
}
