// The licences of what the bundle holds, for the package that carries it.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const LICENCE_FILE = /^(licen[cs]e|copying|notice)/i;

/** One text with the name, version, licence and licence text of every package in the bundle. `metafiles`: esbuild's. */
export function noticesOf(metafiles, root) {
  const inputs = metafiles
    .flatMap(({ outputs }) => Object.values(outputs))
    .flatMap(({ inputs: parts }) => Object.keys(parts));
  const places = new Set(inputs.map((input) => packageOf(join(root, input))).filter((place) => place !== null));
  const parts = [...places].sort((a, b) => (a < b ? -1 : 1)).map(noticeOf);
  return `mc is distributed with these packages inside of its bundle.\n\n${[...new Set(parts)].join('\n')}`;
}

/** The directory of the package that a file belongs to; null for our own. */
function packageOf(file) {
  const [, own] = /^(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file) ?? [];
  return own !== undefined && existsSync(join(own, 'package.json')) ? own : null;
}

function noticeOf(place) {
  const { name, version, license, author } = JSON.parse(readFileSync(join(place, 'package.json'), 'utf8'));
  const files = readdirSync(place)
    .filter((file) => LICENCE_FILE.test(file))
    .sort();
  const who = typeof author === 'string' ? author : (author?.name ?? '');
  const texts = files.map((file) => readFileSync(join(place, file), 'utf8').trim());
  const body = texts.length > 0 ? texts.join('\n\n') : `Licence: ${license}. ${who}`.trim();
  return `${'='.repeat(80)}\n${name} ${version} (${license ?? 'see below'})\n${'='.repeat(80)}\n${body}\n`;
}
