import * as fc from '../../support/property.js';
import { describe, expect, it } from 'vitest';
import { createBus } from '../../../src/bus/index.js';
import { createMirror, type Mirror } from '../../../src/client/index.js';
import {
  agentStatusData,
  type EventDraft,
  parseServerFrame,
  type Position,
  SOURCE,
  type Snapshot,
} from '../../../src/protocol/index.js';
import { createState } from '../../../src/state/index.js';
import { type Step, steps } from './arbitrary.js';
import { ids, iso, STALE_AFTER, T0 } from './readings.js';

const many = Number(process.env['MC_TEST_RUNS'] ?? 1);
const numRuns = 100 * many;

/** State and bus as the server joins them; every event goes over the wire as text. */
function house(onText: (text: string) => void) {
  const state = createState({ staleAfterMs: STALE_AFTER, newId: ids() });
  const errors: unknown[] = [];
  const bus = createBus({ epoch: 'e1', onSubscriberError: (error) => errors.push(error) });
  bus.subscribe(({ text }) => onText(text));
  let now = T0;
  const step = ({ after, reading }: Step): EventDraft[] => {
    now += after;
    const drafts = reading ? state.read(reading, now) : state.tick(now);
    for (const draft of drafts) bus.publish(draft);
    return drafts;
  };
  return { state, bus, errors, step, now: () => now };
}

function feed(mirror: Mirror, text: string) {
  const frame = parseServerFrame(text);
  if (!frame) throw new Error(`no frame: ${text}`);
  mirror.apply(frame);
}

function control(type: string, data: object): string {
  return JSON.stringify({ type, timestamp: iso(T0), source: SOURCE, data });
}

/** The frames of a fresh start: hello, the snapshot, synced. */
function* joinFrames(snapshot: Snapshot, position: Position): Generator<string> {
  yield control('hello', { ...position, resumed: false });
  for (const agent of snapshot.agents.values()) yield control('agent_status', agentStatusData(agent));
  if (snapshot.office) yield control('agent_position', snapshot.office);
  for (const [path, added] of snapshot.tasks) {
    yield control('task_update', { type: 'task_queue_changed', path, added, changed: [], removed: [], moved: [] });
  }
  for (const { timestamp, acknowledged_at: _, ...data } of snapshot.notifications) {
    yield JSON.stringify({ type: 'notification', timestamp, source: SOURCE, data });
  }
  for (const alert of snapshot.alerts.values()) yield control('alert', alert);
  yield control('synced', position);
}

function expectSame(mirror: Mirror, snapshot: Snapshot) {
  const { agents, office, tasks, notifications, alerts } = mirror.getSnapshot();
  expect({ agents, office, tasks, notifications, alerts }).toEqual(snapshot);
}

describe('for any history', { timeout: 30_000 * many }, () => {
  it('the mirror built from the events, through JSON, is the state', () => {
    fc.assert(
      fc.property(steps, (history) => {
        const mirror = createMirror();
        const { state, bus, errors, step } = house((text) => feed(mirror, text));
        for (const next of history) {
          step(next);
          expectSame(mirror, state.snapshot);
        }
        expect(errors).toEqual([]);
        expect(mirror.getSnapshot().position?.seq ?? 0).toBe(bus.position().seq);
      }),
      { numRuns },
    );
  });

  it('so is a mirror that joins in the middle, whatever it held before', () => {
    fc.assert(
      fc.property(steps, steps, steps, (before, joined, after) => {
        const texts: string[] = [];
        const { state, bus, step } = house((text) => texts.push(text));
        for (const next of before) step(next);
        const mirror = createMirror();
        for (const text of texts.splice(0)) feed(mirror, text);
        for (const next of joined) step(next);
        // What it missed is never sent: a fresh snapshot takes its place, and events that are part of it come again.
        for (const text of joinFrames(state.snapshot, bus.position())) feed(mirror, text);
        for (const text of texts) feed(mirror, text);
        expectSame(mirror, state.snapshot);
        texts.length = 0;
        for (const next of after) step(next);
        for (const text of texts) feed(mirror, text);
        expectSame(mirror, state.snapshot);
        expect(mirror.getSnapshot()).toMatchObject({ synced: true, position: bus.position() });
      }),
      { numRuns },
    );
  });

  it('the same reading again changes nothing, and each agent is told at most once per reading', () => {
    fc.assert(
      fc.property(steps, (history) => {
        const { step } = house(() => undefined);
        for (const next of history) {
          const told = step(next).flatMap((draft) => (draft.type === 'agent_status' ? [draft.data.agent] : []));
          expect(told).toEqual([...new Set(told)].sort());
          const again = step({ after: 0, reading: next.reading });
          expect(again.filter(({ type }) => type !== 'file_change')).toEqual([]);
        }
      }),
      { numRuns },
    );
  });

  it('a good reading is the truth, but for since and staleness', () => {
    fc.assert(
      fc.property(steps, (history) => {
        const { state, step, now } = house(() => undefined);
        for (const next of history) {
          step(next);
          for (const [id, said] of next.reading?.agents ?? []) {
            const held = state.snapshot.agents.get(id);
            if (!said) expect(held).toBeUndefined();
            else if (!said.broken) {
              const stale = held?.normalized_status === 'stale';
              const status = stale ? 'stale' : said.agent.normalized_status;
              expect(held).toEqual({ ...said.agent, normalized_status: status, since: held?.since });
              if (stale) expect(Date.parse(held.since ?? '')).toBeLessThan(now());
            }
          }
        }
      }),
      { numRuns },
    );
  });
});
