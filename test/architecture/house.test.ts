import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { breaches, importsOf, readSources, type Source, unusedPermissions } from './imports.js';
import { ROOMS, SIDE_DOORS, SUB_ROOMS } from './rooms.js';

const root = join(import.meta.dirname, '..', '..');
const sources = readSources(root);

describe('the house', () => {
  it('has no import that its table does not allow', () => {
    expect(breaches(sources)).toEqual([]);
  });

  it.each([
    ['an upward import', 'src/state/diff.ts', "import { startServer } from '../server/index.js';"],
    ['a sideways import', 'src/metrics/store/store.ts', "import { createCatalog } from '../../backup/index.js';"],
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
    ['a way past a door', 'src/server/feed.ts', "import { parseJson } from '../workspace/text/json.js';"],
    ['an unknown room', 'src/utils/strings.ts', ''],
    ['an import of tests', 'src/demo/fleet.ts', "import { office } from '../../test/fixtures/office.js';"],
  ])('bites: %s planted in %s is caught', (_, path, text) => {
    const planted: Source = { path, text };
    expect(breaches([...sources, planted])).toHaveLength(1);
  });

  it('reads no imports from comments', () => {
    expect(importsOf("// import x from 'ws'\n/* from 'ws' */\nimport y from 'node:path';")).toEqual(['node:path']);
  });

  it.each(plantedInSubRooms())('bites: an import from %s up to %s is caught', (lower, upper) => {
    const text = `import { x } from '../${upper.split('/').at(-1)}/x.js';`;
    expect(breaches([...sources, { path: `src/${lower}/planted.ts`, text }])).toHaveLength(1);
  });

  it('knows every folder of a room that has a table of them', () => {
    const unknown = [{ path: 'src/workspace/odds/ends.ts', text: "import { x } from '../text/json.js';" }];
    expect(breaches([...sources, ...unknown])).toHaveLength(1);
    for (const [room, folders] of Object.entries(SUB_ROOMS)) {
      const there = readdirSync(join(root, 'src', room), { withFileTypes: true }).filter((it) => it.isDirectory());
      expect(there.map(({ name }) => name).sort(), room).toEqual(Object.keys(folders).sort());
    }
  });

  it('lets folders of a room import only what stands before them', () => {
    for (const [room, folders] of Object.entries(SUB_ROOMS)) {
      const order = Object.keys(folders);
      for (const [name, { imports }] of Object.entries(folders)) {
        for (const other of imports.filter((it) => !it.endsWith('.ts')))
          expect(order.indexOf(other), `${room}/${name} → ${other}`).toBeLessThan(order.indexOf(name));
      }
    }
  });

  it('has no permission between folders that nobody uses', () => {
    expect(unusedPermissions(sources)).toEqual([]);
    const without = sources.filter(({ path }) => !path.startsWith('src/workspace/office/'));
    expect(unusedPermissions(without)).toEqual(['workspace/office → agents', 'workspace/office → text']);
  });

  it('has no side door that nobody uses', () => {
    const used = (door: string) => {
      const name = door.replace(/^src\//, '').replace(/\.ts$/, '.js');
      return sources.some(({ path, text }) => !path.startsWith(dirname(door)) && text.includes(name));
    };
    expect(Object.keys(SIDE_DOORS).filter((door) => !used(door))).toEqual([]);
  });

  it('lets every room import only rooms on its own floor or below, and no two of them each other', () => {
    for (const [name, room] of Object.entries(ROOMS)) {
      for (const other of room.imports) {
        expect(ROOMS[other]?.floor, `${name} → ${other}`).toBeLessThanOrEqual(room.floor);
        expect(ROOMS[other]?.imports, `${other} → ${name}`).not.toContain(name);
      }
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

/** For every folder of a room but the topmost one that it may not import, with its room in front: [folder, the one above]. */
function plantedInSubRooms(): [string, string][] {
  return Object.entries(SUB_ROOMS).flatMap(([room, folders]) => {
    const names = Object.keys(folders);
    return names.slice(0, -1).map((name): [string, string] => [`${room}/${name}`, `${room}/${names.at(-1)}`]);
  });
}
