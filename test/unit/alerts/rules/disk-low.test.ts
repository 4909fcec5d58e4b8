import { expect, it } from 'vitest';
import { diskLow } from '../../../../src/alerts/rules/disk-low.js';
import { judge, worldOf } from '../world.js';

const at = (disk_free_bytes: number | null) =>
  judge(diskLow, worldOf({ samples: { agents: new Map(), system: { disk_free_bytes } } }));

it('holds beyond its limit, not at it', () => {
  expect(at(1073741824).found).toEqual([]);
  const { found } = at(1073741823);
  expect(found).toMatchObject([{ agent: null, value: 1073741823 }]);
  expect(found[0]?.evidence).toContain('disk_free_bytes 1073741823');
});

it('is not known where it was not measured', () => {
  expect(at(null)).toMatchObject({ found: [], unknown: [null] });
  expect(judge(diskLow, worldOf({ samples: null }))).toMatchObject({ found: [], unknown: [null] });
});
