import { McError } from '../../base/index.js';

/**
 * A path that came from outside, as the names it is made of; none for the workspace itself. Only the plain form is taken:
 * what is absolute, climbs, is still encoded or hides what it is is refused, even where it would end up inside.
 * @throws McError `file.refused`
 */
export function readPlace(path: string): string[] {
  if (path.length > MAX_LENGTH || forms(path).some(isRefused)) throw refusedPath();
  return path.split('/').filter((name) => name !== '' && name !== '.');
}

/** The one refusal of every path that is not to be read: it does not say why, nor whether anything is there. */
export function refusedPath(cause?: unknown): McError {
  return new McError('file.refused', 'Invalid path', {
    hint: 'give a path relative to the workspace; hidden and secret files stay closed',
    ...(cause === undefined ? {} : { cause }),
  });
}

const MAX_LENGTH = 4096;
/** A client may have encoded a path more than once; further layers than this are an attack by themselves. */
const MAX_LAYERS = 4;

/** Control characters, what a broken encoding leaves behind, and half a surrogate pair. */
const BAD_CHARACTERS = /[\p{Cc}\uFFFD]|\p{Cs}/u;
/** `C:`, `file:`, a home directory, and the stream behind a name that Windows knows. */
const FOREIGN = /^\s*(?:~|[a-z]:|[a-z][a-z0-9+.-]*:\/\/)|::\$/i;
/** Two dots or more, with the spaces that some systems pass over. */
const CLIMBS = /^[\s.]*\.[\s.]*\.[\s.]*$/;

/** The path as it came, and as it would be read by whoever decodes or normalises it once more. */
function forms(path: string): string[] {
  const found = [path];
  let last = path;
  for (let layer = 0; layer <= MAX_LAYERS && /%[0-9a-f]{2}/i.test(last); layer += 1) {
    last = last.replaceAll(/(?:%[0-9a-f]{2})+/gi, decoded);
    found.push(last);
  }
  return [...found, ...found.map((form) => form.normalize('NFKC'))];
}

/** What is not UTF-8 becomes U+FFFD, and is refused as such. */
function decoded(escapes: string): string {
  return Buffer.from(escapes.replaceAll('%', ''), 'hex').toString('utf8');
}

function isRefused(form: string): boolean {
  if (BAD_CHARACTERS.test(form) || FOREIGN.test(form) || form.includes('\\') || /^\s*\//.test(form)) return true;
  return form.split('/').some((name) => CLIMBS.test(name));
}
