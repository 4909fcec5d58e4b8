import { assert, integer, property } from '../../support/property.js';
import { describe, expect, it } from 'vitest';
import { castOf } from '../../../src/demo/cast.js';
import { playStep } from '../../../src/demo/play.js';
import { newPlayer, stateOf } from '../../../src/demo/player.js';
import { EMPTY_QUEUE, rowsOf } from '../../../src/demo/queue.js';

/** A generator of numbers from 0 to below 1 that repeats itself for a seed. */
function seeded(seed: number): () => number {
  let state = seed >>> 0 || 1;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const runs = 20 * Number(process.env.MC_TEST_RUNS ?? 1);

describe('playStep', () => {
  it('keeps players and queue of one mind, whatever happens', () => {
    assert(
      property(integer({ min: 1, max: 2 ** 31 }), integer({ min: 1, max: 40 }), (seed, agents) => {
        const random = seeded(seed);
        const players = castOf(agents).map((role) => newPlayer(role, random));
        let queue = EMPTY_QUEUE;
        for (let count = 0; count < 200; count += 1) {
          queue = playStep(players, queue, random, count * 1000)?.queue ?? queue;
          const rows = rowsOf(queue);
          for (const player of players.filter(({ mood }) => mood === 'working')) {
            expect(rows.find(({ id }) => id === player.task?.id)).toMatchObject({
              state: 'in_progress',
              assignee: player.id,
              title: player.task?.title,
            });
          }
        }
        const playing = players.filter(({ temper }) => temper === 'plays').length;
        expect(rowsOf(queue).length).toBeLessThanOrEqual(2 * playing + 20);
      }),
      { numRuns: runs },
    );
  });

  it('shows work, failures and recoveries, and leaves the silent alone', () => {
    const random = seeded(7);
    const players = castOf(12).map((role) => newPlayer(role, random));
    const quiet = players.filter(({ temper }) => temper !== 'plays').map((player) => ({ ...player }));
    const moods = new Set<string>();
    let queue = EMPTY_QUEUE;
    let recovered = 0;
    for (let count = 0; count < 3000; count += 1) {
      const troubled = players.filter(({ mood }) => mood === 'error' || mood === 'blocked');
      queue = playStep(players, queue, random, 0)?.queue ?? queue;
      recovered += troubled.filter(({ mood }) => mood === 'idle' || mood === 'working').length;
      for (const { mood } of players) moods.add(mood);
    }
    expect([...moods].sort()).toEqual(['blocked', 'error', 'idle', 'waiting', 'working']);
    expect(recovered).toBeGreaterThan(5);
    expect(players.filter(({ temper }) => temper !== 'plays')).toEqual(quiet);
  });

  it('has agents that wait for a person now and then, say what for, and go on with their task', () => {
    const random = seeded(11);
    const players = castOf(12).map((role) => newPlayer(role, random));
    let queue = EMPTY_QUEUE;
    let answered = 0;
    for (let count = 0; count < 1000; count += 1) {
      const asked = players.filter(({ mood }) => mood === 'waiting').map((player) => ({ player, task: player.task }));
      queue = playStep(players, queue, random, 0)?.queue ?? queue;
      for (const { player, task } of asked) {
        expect(player.task).toEqual(task);
        if (player.mood === 'working') answered += 1;
      }
      for (const player of players) {
        expect(player.question !== null).toBe(player.mood === 'waiting');
        const state = stateOf(player, 0);
        if (player.form !== 'card') expect(state.waiting_for).toBe(player.question);
        if (player.mood === 'waiting') expect(state.status).toBe('waiting');
      }
    }
    expect(answered).toBeGreaterThan(2);
  });

  it('does nothing when nobody plays', () => {
    expect(playStep([], EMPTY_QUEUE, Math.random, 0)).toBeNull();
  });
});

describe('castOf', () => {
  it('gives every one of 5,000 a name of its own', () => {
    expect(new Set(castOf(5000).map(({ id }) => id)).size).toBe(5000);
  });
});
