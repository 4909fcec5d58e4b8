import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makePlace, type Place, run, type Served, serve } from './mc.js';

const dist = join(import.meta.dirname, '..', '..', '..', 'dist');
const contents = JSON.parse(readFileSync(join(dist, 'contents.json'), 'utf8')) as Record<string, string[]>;

/** What takes long to load: none of it is on the way of a command that does not use it. */
const HEAVY = [
  '@sinclair/typebox',
  'zod',
  'fastify',
  'ink',
  'react',
  'ws',
  'chokidar',
  'croner',
  'tar',
  'prom-client',
  'better-sqlite3',
  'pino',
  'src/server',
  'src/tui',
  // What Node knows of the characters of all languages: it loads that itself, when it is first asked.
  'languages',
];

let place: Place;
let served: Served;
beforeAll(async () => {
  place = await makePlace();
  served = await serve(place);
  // Tells at the end which files were loaded, which packages outside of the bundle, and whether languages were.
  await writeFile(
    join(place.home, 'loaded.cjs'),
    `const loaded = [];
     const watch = (owner, name, made) => (owner[name] = function (...args) {
       if (loaded.length === 0) loaded.push('node_modules/languages/');
       return made(this, args);
     });
     const { Segmenter } = Intl;
     watch(Intl, 'Segmenter', (_, args) => new Segmenter(...args));
     for (const name of ['localeCompare', 'toLocaleString']) {
       const owner = name === 'localeCompare' ? String.prototype : Number.prototype;
       const own = owner[name];
       watch(owner, name, (self, args) => own.apply(self, args));
     }
     process.on('exit', () => process.stderr.write('\\nLOADED ' + JSON.stringify([...loaded, ...Object.keys(require.cache)]) + '\\n'));`,
  );
});
afterAll(async () => {
  await served.end();
  await place.clear();
});

/** The packages and rooms that a command loads. */
async function loadedBy(args: readonly string[]): Promise<Set<string>> {
  const { err } = await run(place, [...args, '--workspace', place.office], {
    env: { NODE_OPTIONS: `--require ${join(place.home, 'loaded.cjs')}` },
  });
  const files = JSON.parse(/^LOADED (.*)$/m.exec(err)?.[1] ?? 'null') as string[];
  const parts = files.flatMap((file) => {
    const outside = /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1];
    return outside === undefined ? (contents[relative(join(dist, 'bundle'), file)] ?? []) : [outside];
  });
  return new Set(parts);
}

describe('a command loads what it uses, and nothing that takes long beside it', () => {
  it.each<[string, string[], string[]]>([
    ['--help', ['agents', 'list', '--help'], []],
    ['config', ['config', 'path'], []],
    ['agents', ['agents', 'list'], []],
    ['tasks', ['tasks', 'list'], []],
    ['events', ['events', 'list'], ['better-sqlite3']],
    ['metrics', ['metrics', 'query', 'success_rate'], ['better-sqlite3']],
    ['status', ['status', '--line'], ['src/tui']],
    ['notify', ['notify', 'hello'], []],
    ['api', ['api', '/api/health'], []],
    ['check', ['check'], []],
    ['token', ['token', 'list'], ['src/server']],
    ['backup', ['backup', 'list'], ['tar', 'croner', 'better-sqlite3']],
  ])('mc %s', async (_, args, uses) => {
    const loaded = await loadedBy(args);
    expect(loaded).toContain('@oclif/core');
    expect(HEAVY.filter((name) => loaded.has(name) && !uses.includes(name))).toEqual([]);
  });

  it('mc serve loads a server, so that what is loaded is seen here', async () => {
    const loaded = await loadedBy(['serve']);
    expect([...loaded]).toEqual(expect.arrayContaining(['src/server']));
  });
});
