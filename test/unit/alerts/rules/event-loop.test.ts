import { expect, it } from 'vitest';
import { eventLoop } from '../../../../src/alerts/rules/event-loop.js';
import { judge, worldOf } from '../world.js';

const at = (event_loop_delay_p99: number | null) =>
  judge(eventLoop, worldOf({ samples: { agents: new Map(), system: { event_loop_delay_p99 } } }));

it('holds beyond its limit, not at it', () => {
  expect(at(250).found).toEqual([]);
  const { found } = at(251);
  expect(found).toMatchObject([{ agent: null, value: 251 }]);
  expect(found[0]?.evidence).toContain('event_loop_delay_p99 251');
});

it('is not known where it was not measured', () => {
  expect(at(null)).toMatchObject({ found: [], unknown: [null] });
  expect(judge(eventLoop, worldOf({ samples: null }))).toMatchObject({ found: [], unknown: [null] });
});
