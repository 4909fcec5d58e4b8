import { describe, expect, it } from 'vitest';
import { readDatabase } from '../../../src/metrics/query/index.js';
import { endedOf } from '../../../src/protocol/index.js';
import { NO_COUNTERS } from '../../support/agents.js';
import { MINUTE, newAgent, newRig, tasksNamed } from '../../support/metrics.js';
import { scratch } from '../../support/scratch.js';

const busy = { status: 'busy', normalized_status: 'busy' } as const;
const counted = (completed: number | null, failed: number | null) =>
  newAgent('robot', {
    ...busy,
    tasks: tasksNamed('one'),
    counters: { ...NO_COUNTERS, tasks_completed: completed, tasks_failed: failed },
  });

type Rig = ReturnType<typeof newRig>;

/** Two tasks that were seen to end, then samples of the figures given. */
async function sampledRig(figures: [completed: number | null, failed: number | null][], seen = true): Promise<Rig> {
  const rig = newRig(scratch());
  rig.become(newAgent('robot', { ...busy, tasks: seen ? tasksNamed('a', 'b') : [] }));
  rig.become(newAgent('robot', busy));
  await rig.service.start();
  for (const [completed, failed] of figures) {
    rig.clock.move(MINUTE);
    rig.become(counted(completed, failed));
    await rig.service.collect();
  }
  return rig;
}

async function valuesOf({ service }: Rig, query: object): Promise<(number | null)[]> {
  const { series } = await service.query({ metric: 'tasks_completed', step: 'raw', ...query });
  return series[0]?.points.map(({ v }) => v) ?? [];
}

describe('a counter', () => {
  it('that an agent states now and then has gaps, and grows by nothing in them', async () => {
    const rig = await sampledRig([
      [500, 0],
      [null, null],
      [500, 0],
      [null, null],
      [500, 3],
    ]);
    expect(await valuesOf(rig, {})).toEqual([null, 500, null, 500, null, 500]);
    expect((await valuesOf(rig, { agg: 'rate' })).reduce((sum: number, v) => sum + (v ?? 0), 0)).toBe(0);
    const failed = await valuesOf(rig, { metric: 'tasks_failed', agg: 'rate' });
    expect(failed.reduce((sum: number, v) => sum + (v ?? 0), 0)).toBeCloseTo(3 / 120, 6);
    const { explain } = await rig.service.query({ metric: 'system_health_score', explain: true });
    expect(explain?.parts.find(({ name }) => name === 'tasks')?.because).toBe(
      '3 tasks ended in the last hour, 3 of them failed',
    );
    await rig.service.stop();
  });

  it('keeps its source over a restart', async () => {
    const rig = await sampledRig([[500, 0]]);
    await rig.service.stop();
    const again = newRig(rig.layout.root, { clock: { now: () => rig.clock.now() + 10 * MINUTE } });
    again.become(counted(null, null));
    await again.service.start();
    expect(again.service.lastRows().agents.get('robot')).toMatchObject({ tasks_completed: null, error_rate: null });
    await again.service.stop();
  });

  it('that was seen until its agent states it does not grow by the difference, at any step', async () => {
    const rig = newRig(scratch());
    const { service, clock, become } = rig;
    become(newAgent('robot', { ...busy, tasks: tasksNamed('a', 'b') }));
    await service.start();
    clock.move(MINUTE);
    become(newAgent('robot', busy));
    await service.collect();
    clock.move(MINUTE);
    become(counted(500, 0));
    await service.collect();
    clock.move(MINUTE);
    become(counted(507, 0));
    await service.collect();
    expect(await valuesOf(rig, {})).toEqual([0, 2, 500, 507]);
    const grown = (await valuesOf(rig, { agg: 'rate' })).map((v) => (v === null ? null : Math.round(v * 60)));
    expect(grown).toEqual([null, 2, null, 7]);
    clock.move(10 * MINUTE);
    await service.collect();
    await service.stop();
    const top = await readDatabase(rig.layout.database, 'top', { by: 'tasks_completed' }, { now: clock.now() });
    expect(top.agents).toMatchObject([{ agent: 'robot', value: 9 }]);
    const bucket = { metric: 'tasks_completed', step: '5m', agg: 'rate', since: '1h' };
    const { series } = await readDatabase(rig.layout.database, 'query', bucket, { now: clock.now() });
    const first = series[0]?.points.find(({ v }) => v !== null)?.v ?? 0;
    expect(first * 300).toBeCloseTo(9, 6);
    const standing = await readDatabase(rig.layout.database, 'standing', {}, { now: clock.now() });
    expect(standing.ended).toEqual({ completed: 9, failed: 0 });
  });
});

describe('the error rate that a check stands on', () => {
  it('knows the tasks that were seen to end, with a server and without', async () => {
    const rig = newRig(scratch());
    const { service, clock, become } = rig;
    become(newAgent('robot', { ...busy, tasks: tasksNamed('good', 'bad') }));
    await service.start();
    become(newAgent('robot', { ...busy, tasks: tasksNamed('bad') }));
    become(newAgent('robot', { status: 'failed', normalized_status: 'error' }));
    clock.move(MINUTE);
    await service.collect();
    const row = service.lastRows().agents.get('robot');
    expect(row).toMatchObject({ error_rate: 0.5 });
    expect(endedOf(row)).toEqual({ tasks_completed: 1, tasks_failed: 1 });
    await service.stop();
    const standing = await readDatabase(rig.layout.database, 'standing', {}, { now: clock.now() });
    expect(endedOf(standing.agents.robot)).toEqual({ tasks_completed: 1, tasks_failed: 1 });
    expect(endedOf({ tasks_completed: 5, tasks_failed: 1, error_rate: null })).toEqual(endedOf(undefined));
  });
});
