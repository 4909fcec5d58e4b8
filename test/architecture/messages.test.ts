import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ERROR_WORDS, type ErrorCode, ERRORS } from '../../src/protocol/index.js';
import { readSources } from './imports.js';
import { type Thrown, thrownErrors } from './messages.js';

const root = join(import.meta.dirname, '..', '..');
const sources = readSources(root);
const thrown = thrownErrors(sources);
const manifest = JSON.parse(readFileSync(join(root, 'oclif.manifest.json'), 'utf8')) as {
  commands: Record<string, unknown>;
};
const commands = Object.keys(manifest.commands).map((id) => id.replaceAll(':', ' '));

/** What messages do not say: what happened has a name, and so has who did it. */
const RIDDLES =
  /(?<!\bthere )\bis no (?!longer\b)|\bnobody\b|\bsomebody\b|\btold\b|\btells?\b|\bthat is none\b|\bstands still\b/i;
/** A message begins with the thing that it is about. */
const BEGINS_ILL = /^(?:it|they|this is|that is|what|who)\b/i;
/** Words that follow `mc` where the program is meant and not a command. */
const NO_COMMANDS = /^(?:server|was|writes|is|again|may|has|and|knows|itself|did)$/;
/** What a person can look up or make by a command: an error of these says by which. */
const WITH_HINT: ErrorCode[] = [
  'agent.not_found',
  'backup.not_found',
  'host.refused',
  'metric.unknown',
  'notification.not_found',
  'origin.refused',
  'port.taken',
  'scope.missing',
  'task.not_found',
  'token.invalid',
  'token.missing',
  'token.not_found',
  'workspace.missing',
];

/** What is wrong with the words of an error; empty: nothing. */
function faults({ code, message, hints, hasHint }: Thrown): string[] {
  const found: string[] = [];
  const texts = [...(message === null ? [] : [message]), ...hints];
  for (const text of texts) {
    if (/[^.]\.$/.test(text)) found.push(`ends with a period: ${text}`);
    if (RIDDLES.test(text)) found.push(`speaks in riddles: ${text}`);
    if (/ {2}/.test(text)) found.push(`has two blanks: ${text}`);
    for (const named of commandsIn(text)) found.push(`names a command that does not exist: mc ${named}`);
  }
  if (message !== null && BEGINS_ILL.test(message)) found.push(`does not begin with the thing: ${message}`);
  if (code !== null && !code.includes('$') && !(code in ERRORS)) found.push(`has no entry in the table: ${code}`);
  if (WITH_HINT.some((each) => each === code) && !hasHint) found.push(`says not what to type: ${message}`);
  return found;
}

/** Commands that a text tells to type and that are not there. */
function commandsIn(text: string): string[] {
  return [...text.matchAll(/\bmc ([a-z]+(?: [a-z]+){0,2})/g)].flatMap(([, words = '']) => {
    if (NO_COMMANDS.test(words.split(' ')[0] ?? '')) return [];
    return commands.some((id) => words === id || words.startsWith(`${id} `)) ? [] : [words];
  });
}

describe('the words of errors', () => {
  it('are plain, name commands that exist, and have an entry in the table', () => {
    expect(thrown.length).toBeGreaterThan(150);
    expect(thrown.flatMap((each) => faults(each).map((fault) => `${each.path} ${fault}`))).toEqual([]);
  });

  it.each([
    ['a period', "new McError('io', 'the disk is full.')"],
    ['a riddle', "new McError('io', 'nobody answers')"],
    ['is no', "new McError('io', `${path} is no file`)"],
    ['a pronoun in front', "new McError('io', 'it cannot be read')"],
    ['an unknown command', "new McError('io', 'the list is old', { hint: 'run mc list agents' })"],
    ['a code without an entry', "new McError('io.odd', 'the disk is odd')"],
    ['a missing hint', "new McError('agent.not_found', `there is no agent ${id}`)"],
    ['a riddle behind a filling', 'new McError(\'io\', `${names.map((name) => `"${name}"`).join(", ")} is told`)'],
  ])('bite: %s is caught', (_, text) => {
    expect(thrownErrors([{ path: 'src/x.ts', text }]).flatMap(faults)).toHaveLength(1);
  });

  it('stand for codes that are all used', () => {
    const texts = sources
      .filter(({ path }) => !/^src\/protocol\/(?:codes|error-words)\.ts$/.test(path))
      .map(({ text }) => text);
    // Those of nouns are put together from the noun.
    const built = texts.some((text) => text.includes('}.not_found`'));
    const used = (code: string) =>
      texts.some((text) => text.includes(`'${code}'`)) || (built && code.endsWith('.not_found'));
    expect(Object.keys(ERRORS).filter((code) => !used(code))).toEqual([]);
  });
});

describe('the table of errors', () => {
  it.each(Object.entries(ERROR_WORDS))('says of %s what happened and what to do', (code, { means, next }) => {
    for (const text of [means, next]) {
      expect(text).toMatch(/^[A-Z].*\.$/);
      expect(text).not.toMatch(RIDDLES);
    }
    expect(commandsIn(next.replaceAll('`', ''))).toEqual([]);
    const { exit, http } = ERRORS[code as ErrorCode];
    expect(exit).toBeGreaterThan(0);
    expect(http).toBeGreaterThanOrEqual(400);
  });

  it('has a command, a flag, or a thing to do for each', () => {
    for (const code of WITH_HINT) expect(ERROR_WORDS[code].next, code).toMatch(/`/);
  });
});
