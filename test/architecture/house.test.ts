import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { breaches, importsOf, readSources, type Source } from './imports.js';
import { ROOMS } from './rooms.js';

const root = join(import.meta.dirname, '..', '..');
const sources = readSources(root);

describe('the house', () => {
  it('has no import that its table does not allow', () => {
    expect(breaches(sources)).toEqual([]);
  });

  it.each([
    ['an upward import', 'src/state/diff.ts', "import { startServer } from '../server/index.js';"],
    ['a sideways import', 'src/metrics/store/store.ts', "import { createCatalog } from '../backup/index.js';"],
    ['a foreign package', 'src/bus/bus.ts', "import { WebSocket } from 'ws';"],
    ['node: in a browser room', 'src/client/mirror.ts', "import { readFile } from 'node:fs/promises';"],
    ['node: in a pure room', 'src/state/diff.ts', "import { randomUUID } from 'node:crypto';"],
    ['a bare builtin', 'src/base/lock.ts', "import fs from 'fs';"],
    ['a dynamic import', 'src/tui/dashboard.tsx', "const { x } = await import('../server/index.js');"],
    ['a type import', 'src/protocol/events.ts', "import type { Bus } from '../bus/index.js';"],
    [
      'an import over several lines',
      'src/cli/reach/reach.ts',
      "import {\n  startServer,\n} from '../server/index.js';",
    ],
    ['an unknown room', 'src/utils/strings.ts', ''],
    ['an import of tests', 'src/demo/fleet.ts', "import { office } from '../../test/fixtures/office.js';"],
  ])('bites: %s planted in %s is caught', (_, path, text) => {
    const planted: Source = { path, text };
    expect(breaches([...sources, planted])).toHaveLength(1);
  });

  it('reads no imports from comments', () => {
    expect(importsOf("// import x from 'ws'\n/* from 'ws' */\nimport y from 'node:path';")).toEqual(['node:path']);
  });

  it('lets every room import only floors below it, or its own', () => {
    for (const [name, room] of Object.entries(ROOMS)) {
      for (const other of room.imports)
        expect(ROOMS[other]?.floor, `${name} → ${other}`).toBeLessThanOrEqual(room.floor);
    }
  });
});

describe('every room', () => {
  const rooms = readdirSync(join(root, 'src')).filter((name) => existsSync(join(root, 'src', name, 'index.ts')));

  it.each(rooms)('%s has a sentence over its door', (room) => {
    expect(readFileSync(join(root, 'src', room, 'index.ts'), 'utf8')).toMatch(/^\/\*\*[\s\S]+?\*\//);
  });

  it('has a door', () => {
    expect(readdirSync(join(root, 'src')).filter((name) => !rooms.includes(name))).toEqual([]);
  });
});

describe('source files', () => {
  it('stay below 300 lines', () => {
    const long = sources.filter((source) => source.text.split('\n').length > 300).map((source) => source.path);
    expect(long).toEqual([]);
  });

  it('hold nothing unfinished', () => {
    const marks = new RegExp('TO[D]O|FIX[M]E|not imp[l]emented');
    expect(sources.filter((source) => marks.test(source.text)).map((source) => source.path)).toEqual([]);
  });
});
