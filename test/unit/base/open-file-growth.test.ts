import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readRegular, readRegularSync, wasRead } from '../../../src/base/open-file.js';

/** Says that it is empty, as a file does that is written while it is being opened, and holds some hundred bytes. */
const GROWN = '/proc/cpuinfo';

test.skipIf(process.platform !== 'linux')('a file that is larger than it had said is read whole', async () => {
  // Figures in it change: the first line does not.
  const first = readFileSync(GROWN, 'utf8').split('\n', 1)[0] ?? '';
  for (const read of [await readRegular(GROWN, { limit: 1e6 }), readRegularSync(GROWN, { limit: 1e6 })]) {
    if (!wasRead(read)) throw new Error(read?.reason ?? 'nothing is there');
    expect(read.bytes.length).toBeGreaterThan(300);
    expect(read.bytes.toString().split('\n', 1)[0]).toBe(first);
    expect(read.bytes.toString().split(first)).toHaveLength(2);
  }
});

test.skipIf(process.platform !== 'linux')('and refused when that is more than may be read', async () => {
  for (const read of [await readRegular(GROWN, { limit: 64 }), readRegularSync(GROWN, { limit: 64 })])
    expect(read).toMatchObject({ reason: expect.stringContaining('not read') });
});
