import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';
import { office, openTerminal } from './terminal.js';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const DIST = pathToFileURL(join(ROOT, 'dist', 'src', 'tui', 'terminal', 'terminal.js')).href;

it('a crash gives the terminal back, and its trace stands on it', async () => {
  const root = office();
  const script = join(root, 'crash.mjs');
  writeFileSync(
    script,
    `import { createModes, watchEnds } from '${DIST}';
     const modes = createModes(process.stdout, true);
     watchEnds(modes.leave, () => {});
     modes.enter();
     setTimeout(() => { throw new Error('a fault of ours'); }, 100);`,
  );
  const { shows, ask } = openTerminal(80, 24, `'${process.execPath}' '${script}'`);
  await shows('left with 1');
  await shows('a fault of ours');
  expect([ask('alternate_on'), ask('cursor_flag'), ask('mouse_any_flag'), ask('wrap_flag')]).toEqual([
    '0',
    '1',
    '0',
    '1',
  ]);
});
