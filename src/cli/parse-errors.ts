import { Errors } from '@oclif/core';
import { McError, suggest } from '../base/index.js';

/** What oclif throws at a command line that it cannot read. Its fields are what its parser knew at that moment. */
interface ParseError extends Error {
  /** Flags that do not exist, as they were written. */
  flags?: string[];
  /** Arguments that are missing (by their definitions) or too many (as they were written). */
  args?: (string | { name: string; description?: string })[];
  parse?: { input?: { flags?: Record<string, unknown> } };
}

interface Explained {
  message: string;
  hint?: string;
}

export function isParseError(thrown: unknown): thrown is ParseError {
  return thrown instanceof Errors.CLIError && !(thrown instanceof Errors.ExitError);
}

/** The same error in our words, which may quote what was given: `hideSecrets` goes over them. `command`: its words, `agents list`. */
export function fromParser(error: ParseError, command: string | null): McError {
  const help = `see ${command === null ? 'mc --help' : `mc ${command} --help`}`;
  const { message, hint } = explained(error);
  return new McError('usage', message, { hint: hint === undefined ? help : `${hint}; ${help}`, cause: error });
}

function explained(error: ParseError): Explained {
  if (error.flags !== undefined) return unknownFlags(error.flags, Object.keys(error.parse?.input?.flags ?? {}));
  if (error.args !== undefined) return wrongArguments(error.args);
  const text = error.message
    .replace(/\s*See more help with --help\s*$/, '')
    .replaceAll(/\s+/g, ' ')
    .trim();
  for (const [form, words] of FORMS) {
    const found = form.exec(text);
    if (found !== null) return words(...(found.slice(1) as [string, string, string]));
  }
  return { message: lowerFirst(text) };
}

/** What oclif says, and what we say. */
const FORMS: readonly (readonly [RegExp, (...parts: [string, string, string]) => Explained])[] = [
  [
    /^Expected (--[\w-]+)=(.*) to be one of: (.*)$/,
    (flag, value, words) => ({
      message: `${flag}: "${value.slice(0, 80)}" is not one of ${words}`,
      ...meant(suggest(value, words.split(', '))),
    }),
  ],
  [
    /^(?:Parsing (--[\w-]+) )?Expected an integer (.*?)but received: (.*)$/,
    (flag, bound, value) => ({
      message: `${flag ?? 'the number'}: "${value.slice(0, 80)}" is not a whole number${boundText(bound)}`,
    }),
  ],
  [/^Flag (--[\w-]+) expects a value$/, (flag) => ({ message: `${flag} needs a value` })],
  [
    /^Flag (--[\w-]+) expects one of these values: (.*)$/,
    (flag, words) => ({ message: `${flag} needs a value: one of ${words}` }),
  ],
  [/^Flag (--[\w-]+) can only be specified once$/, (flag) => ({ message: `${flag} can be given only once` })],
  [
    /(--[\w-]+)(?:=.*?)? cannot also be provided when using (--[\w-]+)/,
    (one, other) => ({ message: `${one} and ${other} cannot be given together`, hint: 'leave one of them out' }),
  ],
];

function unknownFlags(flags: readonly string[], known: readonly string[]): Explained {
  // What was written behind `=` may be a secret: a slip in the name does not make it less of one.
  const names = flags.map((flag) => flag.replace(/=.*$/s, '').slice(0, 80));
  return {
    message: `there is no flag ${names.join(', ')}`,
    ...meant(
      suggest(
        names[0] ?? '',
        known.map((name) => `--${name}`),
      ),
    ),
  };
}

function wrongArguments(args: NonNullable<ParseError['args']>): Explained {
  const missing = args.flatMap((arg) => (typeof arg === 'string' ? [] : [arg]));
  if (missing.length > 0) {
    const named = missing.map(
      ({ name, description }) => `${name.toUpperCase()}${description ? ` (${lowerFirst(description)})` : ''}`,
    );
    return { message: `${named.join(', ')} ${missing.length === 1 ? 'is' : 'are'} missing` };
  }
  const extra = args.map((arg) => `"${String(arg).slice(0, 80)}"`);
  const what = extra.length === 1 ? 'is an argument' : 'are arguments';
  return { message: `${extra.join(', ')} ${what} too many`, hint: 'a text of several words stands in quotes' };
}

function meant(words: readonly string[]): { hint?: string } {
  return words.length > 0 ? { hint: `did you mean ${words.join(', ')}?` } : {};
}

function boundText(bound: string | undefined): string {
  const [, direction, limit] = /(greater|less) than or equal to (\S+)/.exec(bound ?? '') ?? [];
  if (limit === undefined) return '';
  return direction === 'greater' ? ` from ${limit} up` : ` up to ${limit}`;
}

function lowerFirst(text: string): string {
  return text.slice(0, 1).toLowerCase() + text.slice(1);
}
