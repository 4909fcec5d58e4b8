import { McError, suggest } from '../base/index.js';
import { GLOBAL_FLAGS } from './flags.js';

/** What the words on the command line ask for. Ids have oclif's form, `agents:list`. */
export type Request =
  | { kind: 'command'; id: string; argv: string[] }
  | { kind: 'help'; id: string | null }
  | { kind: 'version' };

/**
 * Reads the command line against the commands there are.
 * @throws McError `usage` for a command that does not exist, naming what may have been meant
 */
export function readRequest(argv: readonly string[], ids: readonly string[]): Request {
  const { leading, rest } = splitLeading(argv);
  const words = rest[0] === 'help' ? rest.slice(1) : rest;
  const asked = rest[0] === 'help' || asksForHelp(argv);
  if (rest[0] === '--version' || rest[0] === '-V') return { kind: 'version' };
  const id = longestId(words, ids);
  if (id !== null) {
    if (asked) return { kind: 'help', id };
    return { kind: 'command', id, argv: [...leading, ...words.slice(id.split(':').length)] };
  }
  const named = words.filter((word) => !word.startsWith('-'));
  const topic = named[0] === undefined || ids.some((known) => known.startsWith(`${named[0]}:`)) ? named[0] : undefined;
  if (words[0]?.startsWith('-') && !asked) throw flagFirst(words[0]);
  if (named.length === 0) return { kind: 'help', id: null };
  if (named.length === 1 && topic !== undefined) return { kind: 'help', id: topic };
  throw unknownCommand(named, topic, ids);
}

/** Flags that every command has may also stand before it: `mc -w DIR status`. */
function splitLeading(argv: readonly string[]): { leading: string[]; rest: string[] } {
  let at = 0;
  for (;;) {
    const flag = globalFlag(argv[at]);
    if (flag === null) return { leading: argv.slice(0, at), rest: argv.slice(at) };
    at += flag.takesNext ? 2 : 1;
  }
}

function globalFlag(word: string | undefined): { takesNext: boolean } | null {
  for (const [name, flag] of Object.entries(GLOBAL_FLAGS)) {
    const short = 'char' in flag ? `-${flag.char}` : null;
    const takesValue = flag.type === 'option';
    if (word === `--${name}` || word === short) return { takesNext: takesValue };
    if (takesValue && word?.startsWith(`--${name}=`)) return { takesNext: false };
    if (takesValue && short !== null && word?.startsWith(short)) return { takesNext: false };
  }
  return null;
}

function asksForHelp(argv: readonly string[]): boolean {
  const end = argv.indexOf('--');
  const seen = end === -1 ? argv : argv.slice(0, end);
  return seen.includes('--help') || seen.includes('-h');
}

function longestId(words: readonly string[], ids: readonly string[]): string | null {
  for (const length of [3, 2, 1]) {
    const id = words.slice(0, length).join(':');
    if (words.length >= length && ids.includes(id)) return id;
  }
  return null;
}

function unknownCommand(words: readonly string[], topic: string | undefined, ids: readonly string[]): McError {
  const known = ids.map((id) => id.replaceAll(':', ' '));
  const below = topic === undefined ? [] : known.filter((id) => id.startsWith(`${topic} `));
  const asked = words.slice(0, topic === undefined ? 1 : 2).join(' ');
  const both = words.slice(0, 2).join(' ');
  const first = [...known.filter((id) => !id.includes(' ')), ...topicsOf(ids)];
  const meant =
    topic === undefined ? [...new Set([...suggest(both, known), ...suggest(asked, first)])] : suggest(asked, below);
  const commands = meant.length > 0 ? meant : below;
  return new McError('usage', `there is no command "mc ${asked.slice(0, 80)}"`, {
    hint:
      commands.length > 0 ? `did you mean ${commands.map((id) => `mc ${id}`).join(', ')}?` : 'mc --help lists them all',
  });
}

function flagFirst(flag: string): McError {
  return new McError('usage', `${flag.slice(0, 80)} stands where a command belongs`, {
    hint: 'only flags that every command has may come first: mc --workspace DIR status; mc --help lists the commands',
  });
}

function topicsOf(ids: readonly string[]): string[] {
  return [...new Set(ids.filter((id) => id.includes(':')).map((id) => id.slice(0, id.indexOf(':'))))];
}
