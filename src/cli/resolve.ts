import { McError } from '../base/index.js';
import { suggest } from './suggest.js';

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
  const words = argv[0] === 'help' ? argv.slice(1) : argv;
  const asked = argv[0] === 'help' || asksForHelp(argv);
  if (argv[0] === '--version' || argv[0] === '-V') return { kind: 'version' };
  const id = longestId(words, ids);
  if (id !== null) {
    if (asked) return { kind: 'help', id };
    return { kind: 'command', id, argv: words.slice(id.split(':').length) };
  }
  const named = words.filter((word) => !word.startsWith('-'));
  const topic = named[0] === undefined || ids.some((known) => known.startsWith(`${named[0]}:`)) ? named[0] : undefined;
  if (words[0]?.startsWith('-') && !asked) throw flagFirst(words[0]);
  if (named.length === 0) return { kind: 'help', id: null };
  if (named.length === 1 && topic !== undefined) return { kind: 'help', id: topic };
  throw unknownCommand(named, topic, ids);
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
  const meant =
    topic === undefined ? [...suggest(both, known), ...suggest(asked, topicsOf(ids))] : suggest(asked, below);
  const commands = meant.length > 0 ? meant : below;
  return new McError('usage', `there is no command "mc ${asked.slice(0, 80)}"`, {
    hint:
      commands.length > 0 ? `did you mean ${commands.map((id) => `mc ${id}`).join(', ')}?` : 'mc --help lists them all',
  });
}

function flagFirst(flag: string): McError {
  return new McError('usage', `${flag.slice(0, 80)} stands where a command belongs`, {
    hint: 'flags come after the command: mc status --json; mc --help lists the commands',
  });
}

function topicsOf(ids: readonly string[]): string[] {
  return [...new Set(ids.filter((id) => id.includes(':')).map((id) => id.slice(0, id.indexOf(':'))))];
}
