import picomatch from 'picomatch';
import { isAsideName } from '../../base/index.js';
import { compileGlob, type GlobMatcher } from './globs.js';

/** What belongs to a backup. Recorded in every manifest, so that a restore can ask the same question again. */
export interface Rules {
  /** Globs of the workspace's own top files; `mission-control/` always belongs. A directory stands for all below it. */
  include: string[];
  /** Patterns as in `.gitignore`, relative to the workspace. */
  exclude: string[];
  /** Lines of the `.mcignore` files found, each relative to its directory. */
  ignore: { base: string; lines: string[] }[];
  secrets: boolean;
}

export interface RuleMatcher {
  /** Whether an entry belongs, given that its directory does. */
  admits(path: string, directory: boolean): boolean;
  /** Whether a file belongs, its directories asked as well. */
  includes(path: string): boolean;
  /** Why one path is not admitted, in words; null: it is. */
  reasonAgainst(path: string, directory: boolean): string | null;
  /** The same rules and those of an ignore file in a directory. */
  within(base: string, lines: string[]): RuleMatcher;
}

/** Patterns of all ignore files and exclusions together: each is asked of every path. */
export const MOST_PATTERNS = 2_000;

/** The archive's own entry. A file of this name in the workspace's root is never part of a backup. */
export const MANIFEST_NAME = 'manifest.json';

const OWN = 'mission-control';
const RUN_FILES = ['backups', 'backend/pids', 'backend/logs', 'backend/status.json'].map((path) => `${OWN}/${path}`);
const CACHES = ['node_modules', '__pycache__', '.cache', '.pytest_cache', '.mypy_cache', '.ruff_cache', '.DS_Store'];
const SECRETS = ['.env*', '*.pem', '*.key', '*.p12', 'id_rsa*', 'id_ed25519*', '.netrc', 'credentials.json'];
const isSecret = lazily(() => picomatch(SECRETS, { dot: true, nocase: true }));

/** Compiles rules once for many questions. Paths are relative to the workspace, with `/`. */
export function compileRules(rules: Rules): RuleMatcher {
  const tops = rules.include.map(compileInclude);
  const ignores = [
    compileIgnore('', rules.exclude, 'left out by --exclude or backup-exclude'),
    ...rules.ignore.map(({ base, lines }) => compileIgnore(base, lines)),
  ];
  return matcherOf(tops, ignores, rules.secrets);
}

function matcherOf(tops: TopMatcher[], ignores: IgnoreList[], secrets: boolean): RuleMatcher {
  const reasonAgainst = (path: string, directory: boolean): string | null => {
    const name = path.slice(path.lastIndexOf('/') + 1);
    if (isAsideName(name)) return 'a file aside, of a write under way';
    if (CACHES.includes(name)) return 'a cache: it can be made again';
    if (RUN_FILES.includes(path)) return 'the server’s own: backups, logs and run files';
    if (!secrets && isSecret()(name)) return 'may hold secrets: --include-secrets takes it';
    const own = path === OWN || path.startsWith(`${OWN}/`);
    if (!own && (path === MANIFEST_NAME || !tops.some((top) => top(path, directory)))) {
      return 'not in mission-control, and backup-include does not name it';
    }
    return ignoredBy(ignores, path, directory);
  };
  const admits = (path: string, directory: boolean) => reasonAgainst(path, directory) === null;
  return {
    admits,
    reasonAgainst,
    includes: (path) => {
      const parts = path.split('/');
      return parts.every((_, index) => admits(parts.slice(0, index + 1).join('/'), index < parts.length - 1));
    },
    within: (base, lines) => matcherOf(tops, [...ignores, compileIgnore(base, lines)], secrets),
  };
}

/** Lines of an ignore file that mean something. */
export function ignoreLines(text: string): string[] {
  return text.split(/\r?\n/).filter((line) => line.trim() !== '' && !line.startsWith('#'));
}

/** Whether a pattern of an ignore file, or a glob of top files, can name anything: `/` and `!` cannot. */
export function isPattern(text: string): boolean {
  return compilePattern(text) !== null;
}

type TopMatcher = (path: string, directory: boolean) => boolean;

/** A glob takes what it matches and all below; a directory is also entered when something below it could match. */
function compileInclude(glob: string): TopMatcher {
  const steps = glob.split('/').filter((step) => step !== '' && step !== '.');
  const whole = compileGlob(`${steps.join('/')}/**`);
  if (!whole || steps.length === 0) return () => false;
  const parts = steps.map((part) => (part === '**' ? null : compileGlob(part)));
  return (path, directory) => {
    if (whole(path)) return true;
    if (!directory) return false;
    const names = path.split('/');
    for (const [index, name] of names.entries()) {
      const part = parts[index];
      if (part === null) return true;
      if (!part?.(name)) return false;
    }
    return parts.length > names.length;
  };
}

interface IgnorePattern {
  negated: boolean;
  directoryOnly: boolean;
  matches: GlobMatcher;
}

interface IgnoreList {
  base: string;
  /** What is said of a path that it leaves out. */
  reason: string;
  patterns: IgnorePattern[];
}

function compileIgnore(base: string, lines: string[], reason?: string): IgnoreList {
  const below = base === '' ? '' : `${base}/`;
  return {
    base: below,
    reason: reason ?? `left out by ${below}.mcignore`,
    patterns: lines.flatMap((line) => compilePattern(line) ?? []),
  };
}

/** As in gitignore(5): a slash before the end ties the pattern to its directory, `!` takes back, `/` at the end means directories. */
function compilePattern(line: string): IgnorePattern | null {
  const negated = line.startsWith('!');
  const text = (negated ? line.slice(1) : line).trimEnd();
  const directoryOnly = text.endsWith('/');
  const body = directoryOnly ? text.slice(0, -1) : text;
  const tied = body.includes('/');
  const glob = body.startsWith('/') ? body.slice(1) : body;
  const matches = glob === '' ? null : compileGlob(tied ? glob : `**/${glob}`);
  return matches && { negated, directoryOnly, matches };
}

/** The last pattern that matches decides; deeper files are asked after higher ones, so they win. */
function ignoredBy(lists: IgnoreList[], path: string, directory: boolean): string | null {
  let result: string | null = null;
  for (const { base, reason, patterns } of lists) {
    if (!path.startsWith(base)) continue;
    const below = path.slice(base.length);
    for (const pattern of patterns) {
      if (pattern.directoryOnly && !directory) continue;
      if (pattern.matches(below)) result = pattern.negated ? null : reason;
    }
  }
  return result;
}

function lazily<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
