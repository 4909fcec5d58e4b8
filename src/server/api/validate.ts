import type { Static, TSchema } from '@sinclair/typebox';
import { TypeCompiler } from '@sinclair/typebox/compiler';
import { type ValueError, ValueErrorType } from '@sinclair/typebox/value';
import { McError, suggest } from '../../base/index.js';

/** Whether data are what a schema says: the data, converted where they came as text, or what is wrong with them. */
export type Validator<T> = (data: unknown) => { value: T } | { error: McError };

/**
 * Parameters and queries come as text and are converted (`"20"` → 20); a body must have the right types itself.
 * @param part `params`, `querystring` or `body`, as Fastify calls them
 */
export function validatorOf<S extends TSchema>(schema: S, part: string | undefined): Validator<Static<S>> {
  const check = TypeCompiler.Compile(schema);
  return (data) => {
    // A missing body counts as an empty one: the error then names what must be in it.
    const value = part === 'body' ? (data ?? {}) : converted(schema, data);
    if (check.Check(value)) return { value };
    const first = check.Errors(value).First();
    if (part === 'querystring' && first?.type === ValueErrorType.ObjectAdditionalProperties)
      return { error: unknownParameter(first.path.slice(1), Object.keys(schema.properties ?? {})) };
    return { error: refusal(part === 'body' ? 'body' : '', first) };
  };
}

/** Only whole texts are numbers: `1.5x` and the empty text stay what they are, and are refused. */
function converted(schema: TSchema, data: unknown): unknown {
  const properties = (schema.properties ?? {}) as Record<string, TSchema>;
  const entries = Object.entries((data ?? {}) as Record<string, unknown>).map(([key, value]) => {
    const type: unknown = Object.hasOwn(properties, key) ? properties[key]?.type : undefined;
    if (typeof value !== 'string') return [key, value];
    if (type === 'boolean' && (value === 'true' || value === 'false')) return [key, value === 'true'];
    const numeric = (type === 'integer' || type === 'number') && /^-?\d+(?:\.\d+)?$/.test(value);
    return [key, numeric ? Number(value) : value];
  });
  return Object.fromEntries(entries);
}

/** `path`: the name as a JSON pointer has it. */
function unknownParameter(path: string, known: readonly string[]): McError {
  const name = path.replaceAll('~1', '/').replaceAll('~0', '~');
  const [near] = suggest(name, known);
  const taken = known.length === 0 ? 'this route takes none' : `this route takes ${known.join(', ')}`;
  return new McError('input.invalid', `no query parameter is named ${clip(JSON.stringify(name))}`, {
    hint: near === undefined ? taken : `did you mean ${near}?`,
  });
}

const OTHERWISE = 'docs/api.md shows what each route takes';

function refusal(root: string, error: ValueError | undefined): McError {
  const place = placeIn(root, error?.path ?? '');
  const found = error?.value === undefined ? 'nothing' : clip(JSON.stringify(error.value));
  const words = wordsOf(error?.schema);
  const message = words ? 'expected one of its words' : lower(error?.message ?? 'not accepted');
  const hint = words ? `accepted: ${words.join(', ')}` : (error?.schema.description ?? OTHERWISE);
  return new McError('input.invalid', `${place}: ${message}, found ${found}`, { hint });
}

/** `/tasks/0/title` → `body.tasks.0.title`. */
function placeIn(root: string, path: string): string {
  const place = [root, ...path.split('/').slice(1)].filter((part) => part !== '').join('.');
  return place === '' ? 'request' : clip(place);
}

/** The words of a schema that is nothing but a choice of words. */
function wordsOf(schema: TSchema | undefined): string[] | null {
  const choices = (schema?.anyOf ?? []) as { const?: unknown }[];
  const words = choices.flatMap((choice) => (typeof choice.const === 'string' ? [choice.const] : []));
  return words.length > 0 && words.length === choices.length ? words : null;
}

function lower(message: string): string {
  return message.charAt(0).toLowerCase() + message.slice(1);
}

function clip(text: string): string {
  return text.length > 100 ? `${text.slice(0, 99)}…` : text;
}
