import { describe, expect, it } from 'vitest';
import { createEngine, type EngineOptions } from '../../../../src/alerts/engine/engine.js';
import type { ActiveRule, Finding } from '../../../../src/alerts/rules/index.js';
import type { KeptSilence } from '../../../../src/alerts/store/store.js';
import * as fc from '../../../support/property.js';
import { active, iso, MINUTE, NOW, worldOf } from '../world.js';

interface Told {
  /** Agents (null: none) of which the condition holds; `unknown`: nobody knows. */
  holds: (string | null)[] | 'unknown' | 'throws';
  heldMs?: number;
}

/** A rule that says what the test says. */
function stage(parts: Partial<ActiveRule> = {}, options: Partial<EngineOptions> = {}) {
  const told: Told = { holds: [] };
  const says = { summary: 's', value: 7 };
  const rule = active(
    {
      name: 'r',
      severity: 'error',
      title: 'R',
      looksAt: '',
      forMs: 0,
      keepFiringMs: 0,
      cooldownMs: 0,
      limit: 5,
      unit: 'tasks',
      judge(_world, { found, unknown }) {
        if (told.holds === 'throws') throw new Error('broken');
        if (told.holds === 'unknown') return unknown();
        const finding = { value: says.value, ...(told.heldMs === undefined ? {} : { heldMs: told.heldMs }) };
        const say = () => ({ summary: says.summary, evidence: 'e' });
        for (const agent of told.holds) found({ agent, ...finding, say } satisfies Finding);
      },
    },
    parts,
  );
  const engine = createEngine({ host: 'h', kept: [], ...options });
  let silences: KeptSilence[] = [];
  let now = NOW;
  const look = (at: number, holds = told.holds) => {
    told.holds = holds;
    const round = engine.look([rule], worldOf({ now }), silences, at);
    return round.changes.map(({ kind, alert, tell }) => `${kind} ${alert.agent}${tell ? ' tell' : ''}`);
  };
  return {
    engine,
    rule,
    told,
    says,
    look,
    setClock: (ms: number) => {
      now = ms;
    },
    silence: (...list: KeptSilence[]) => {
      silences = list;
    },
    states: () => [...engine.entries()].map(({ alert }) => `${alert.agent} ${alert.state}`),
  };
}

const silence = (parts: Partial<KeptSilence> = {}): KeptSilence => ({
  id: 's',
  rule: 'r',
  agent: null,
  reason: 'known',
  createdAt: NOW,
  until: NOW + MINUTE,
  ...parts,
});

describe('an alert', () => {
  it('is pending until its time is over, fires once, and is over when the condition is', () => {
    const { look, states } = stage({ forMs: MINUTE });
    expect(look(0, ['a'])).toEqual([]);
    expect(states()).toEqual(['a pending']);
    expect(look(MINUTE - 1)).toEqual([]);
    expect(look(MINUTE)).toEqual(['firing a tell']);
    expect(look(2 * MINUTE)).toEqual([]);
    expect(look(3 * MINUTE, [])).toEqual(['resolved a tell']);
    expect(states()).toEqual([]);
  });

  it('says what was found, by what, and names itself for good', () => {
    const { look, engine } = stage();
    look(0, ['a']);
    const [entry] = engine.entries();
    expect(entry?.alert).toEqual({
      id: `r|a|h|${iso(NOW)}`,
      rule: 'r',
      severity: 'error',
      state: 'firing',
      agent: 'a',
      since: iso(NOW),
      fired_at: iso(NOW),
      resolved_at: null,
      summary: 's',
      evidence: 'e',
      value: 7,
      limit: 5,
      unit: 'tasks',
      updated_at: null,
      acknowledged_at: null,
      silenced_until: null,
      muted: false,
    });
  });

  it('says what is found now, once a minute while it fires, and tells nobody again', () => {
    const { engine, look, says, setClock } = stage();
    expect(look(0, ['a'])).toEqual(['firing a tell']);
    says.summary = '3 GB are free';
    says.value = 3;
    setClock(NOW + MINUTE);
    expect(look(MINUTE - 1)).toEqual([]);
    expect(look(MINUTE)).toEqual(['updated a']);
    const now = { summary: '3 GB are free', value: 3, updated_at: iso(NOW + MINUTE), fired_at: iso(NOW) };
    expect([...engine.entries()][0]?.alert).toMatchObject(now);
    expect(look(3 * MINUTE)).toEqual([]);
    expect(look(4 * MINUTE, [])).toEqual(['resolved a tell']);
  });

  it('that is silenced in the same look as it is brought up to date has changed', () => {
    const { look, says, silence: silenceBy } = stage();
    look(0, ['a']);
    says.value = 3;
    silenceBy(silence());
    expect(look(MINUTE)).toEqual(['changed a']);
  });

  it('of a rule that is muted says so, and is told when it no longer is', () => {
    const { engine, look, rule } = stage({ muted: true });
    const muted = () => [...engine.entries()][0]?.alert.muted;
    expect([look(0, ['a']), muted()]).toEqual([['firing a'], true]);
    rule.muted = false;
    expect([look(1), muted()]).toEqual([['changed a tell'], false]);
    rule.muted = true;
    expect([look(2), muted()]).toEqual([['changed a'], true]);
  });

  it('begins anew when the condition was over in between', () => {
    const { look } = stage({ forMs: MINUTE });
    look(0, ['a']);
    look(MINUTE / 2, []);
    look(MINUTE * 0.6, ['a']);
    expect(look(MINUTE * 1.5)).toEqual([]);
    expect(look(MINUTE * 1.6)).toEqual(['firing a tell']);
  });

  it('counts what files tell of the time before it was seen', () => {
    const { look, told, engine } = stage({ forMs: MINUTE });
    told.heldMs = 2 * MINUTE;
    expect(look(0, ['a'])).toEqual(['firing a tell']);
    expect([...engine.entries()][0]?.alert.since).toBe(iso(NOW - 2 * MINUTE));
  });

  it('tells when it is due', () => {
    const { engine, rule, told } = stage({ forMs: MINUTE });
    told.holds = ['a'];
    expect(engine.look([rule], worldOf(), [], 0).dueMs).toBe(MINUTE);
    expect(engine.look([rule], worldOf(), [], MINUTE / 4).dueMs).toBe(MINUTE * 0.75);
  });

  it('fires on until the condition has been over for long enough', () => {
    const { look } = stage({ keepFiringMs: MINUTE });
    look(0, ['a']);
    expect(look(1, [])).toEqual([]);
    expect(look(MINUTE, ['a'])).toEqual([]);
    expect(look(MINUTE + 1, [])).toEqual([]);
    expect(look(2 * MINUTE, [])).toEqual([]);
    expect(look(2 * MINUTE + 1, [])).toEqual(['resolved a tell']);
  });

  it('waits before it comes again', () => {
    const { look, states } = stage({ cooldownMs: MINUTE });
    look(0, ['a']);
    look(1, []);
    expect(look(2, ['a'])).toEqual([]);
    expect(states()).toEqual(['a pending']);
    expect(look(MINUTE + 1, ['a', 'b'])).toEqual(['firing a tell', 'firing b tell']);
  });

  it('neither fires nor ends while nobody knows', () => {
    const { look, states } = stage({ forMs: MINUTE });
    look(0, ['a']);
    look(MINUTE, 'unknown');
    expect(states()).toEqual(['a pending']);
    look(2 * MINUTE, ['a']);
    look(4 * MINUTE, 'unknown');
    expect(states()).toEqual(['a firing']);
  });

  it('stays as it is when its rule throws, and the others are judged', () => {
    const { engine, rule, told, look } = stage();
    const other = active({
      ...rule,
      name: 'other',
      judge: (_w, { found }) => found({ agent: null, say: () => ({ summary: '', evidence: '' }) }),
    });
    look(0, ['a']);
    told.holds = 'throws';
    const round = engine.look([rule, other], worldOf(), [], 1);
    expect(round.changes.map(({ alert }) => alert.rule)).toEqual(['other']);
    expect([...round.failures.keys()]).toEqual(['r']);
    expect([...engine.entries()].map(({ alert }) => alert.rule)).toEqual(['r', 'other']);
  });

  it('is over when its rule is switched off or gone', () => {
    const { engine, rule, look } = stage({ keepFiringMs: MINUTE });
    look(0, ['a']);
    expect(engine.look([{ ...rule, enabled: false }], worldOf(), [], 1).changes[0]?.kind).toBe('resolved');
    look(2, ['a']);
    expect(engine.look([], worldOf(), [], 3).changes).toMatchObject([{ kind: 'resolved', alert: { agent: 'a' } }]);
  });
});

describe('a clock that is set', () => {
  it.each([-10, 10])('by %i hours while pending changes nothing', (hours) => {
    const { look, setClock } = stage({ forMs: MINUTE });
    look(0, ['a']);
    setClock(NOW + hours * 60 * MINUTE);
    expect(look(MINUTE / 2)).toEqual([]);
    expect(look(MINUTE)).toEqual(['firing a tell']);
  });
});

describe('after a restart', () => {
  it('what was pending goes on where it was, what fires is not told again', () => {
    const first = stage({ forMs: MINUTE });
    first.look(0, ['a']);
    first.look(MINUTE, ['a', 'b']);
    first.look(MINUTE * 1.5);
    const kept = [...first.engine.entries()];
    const { look, states } = stage({ forMs: MINUTE }, { kept });
    expect(states()).toEqual(['a firing', 'b pending']);
    expect(look(1000, ['a', 'b'])).toEqual([]);
    expect(look(1000 + MINUTE / 2)).toEqual(['firing b tell']);
    expect(look(2000 + MINUTE / 2, [])).toEqual(['resolved a tell', 'resolved b tell']);
  });

  it('what was over just before waits for the rest of its time', () => {
    const { look } = stage({ cooldownMs: MINUTE }, { cooling: new Map([['r\0a', MINUTE / 2]]) });
    expect(look(0, ['a'])).toEqual([]);
    expect(look(MINUTE / 2)).toEqual(['firing a tell']);
  });
});

describe('who is told', () => {
  it('nobody of a rule that is muted, nor of its end', () => {
    const { look } = stage({ muted: true });
    expect(look(0, ['a'])).toEqual(['firing a']);
    expect(look(1, [])).toEqual(['resolved a']);
  });

  it('nobody while it is silenced; everybody when the silence is over and it fires still', () => {
    const { look, silence: set, setClock, engine } = stage();
    set(silence());
    expect(look(0, ['a'])).toEqual(['firing a']);
    expect([...engine.entries()][0]?.alert.silenced_until).toBe(iso(NOW + MINUTE));
    expect(look(1)).toEqual([]);
    setClock(NOW + MINUTE);
    set();
    expect(look(MINUTE)).toEqual(['changed a tell']);
    expect(look(MINUTE + 1)).toEqual([]);
  });

  it('of a silenced agent nobody, of the others everybody', () => {
    const { look, silence: set } = stage();
    set(silence({ agent: 'a' }), silence({ rule: 'other' }));
    expect(look(0, ['a', 'b'])).toEqual(['firing a', 'firing b tell']);
  });

  it('nobody of the end of a silence when somebody knows already', () => {
    const { look, silence: set, engine } = stage();
    set(silence());
    look(0, ['a']);
    const changes = engine.acknowledge([...engine.entries()], iso(NOW));
    expect(changes).toMatchObject([{ kind: 'changed', tell: false, title: 'R', alert: { acknowledged_at: iso(NOW) } }]);
    expect(engine.acknowledge([...engine.entries()], iso(NOW + 1))).toEqual([]);
    set();
    expect(look(1)).toEqual(['changed a']);
  });
});

it('whatever comes: one alert of a rule and an agent at a time, each fires before it is over, told at most once', () => {
  const agent = fc.constantFrom('a', 'b', null);
  const step = fc.record({
    ms: fc.integer({ min: 0, max: 100_000 }),
    holds: fc.oneof(fc.array(agent), fc.constant('unknown' as const), fc.constant('throws' as const)),
    silenced: fc.boolean(),
  });
  const forMs = fc.constantFrom(0, 30_000);
  fc.assert(
    fc.property(fc.array(step), forMs, forMs, forMs, (steps, wait, keepFiringMs, cooldownMs) => {
      const { engine, rule, told, silence: set, look } = stage({ forMs: wait, keepFiringMs, cooldownMs });
      const history = new Map<string, string[]>();
      let at = 0;
      for (const { ms, holds, silenced } of steps) {
        at += ms;
        set(...(silenced ? [silence()] : []));
        told.holds = holds;
        for (const { kind, alert, tell } of engine.look([rule], worldOf(), silenced ? [silence()] : [], at).changes) {
          const of = history.get(alert.id + alert.fired_at) ?? [];
          history.set(alert.id + alert.fired_at, [...of, tell && kind !== 'resolved' ? `${kind} tell` : kind]);
        }
        const keys = [...engine.entries()].map(({ alert }) => alert.agent);
        expect(new Set(keys).size).toBe(keys.length);
      }
      look(at + 1, []);
      for (const kinds of history.values()) {
        expect(kinds[0]).toMatch(/^firing/);
        expect(kinds.filter((kind) => kind.endsWith('tell')).length).toBeLessThanOrEqual(1);
        expect(kinds.indexOf('resolved')).toBeOneOf([-1, kinds.length - 1]);
      }
    }),
    { numRuns: Number(process.env.MC_TEST_RUNS ?? 200) },
  );
});
