import { pick, question, taskTitle } from './cast.js';
import { memoryLine, type Player } from './player.js';
import { addRow, nextId, type RowState, retireRows, rowsOf, setRow } from './queue.js';

/** What one step changed, to be written by whoever took it. */
export interface Step {
  /** Whose state file is to be written. */
  player: Player;
  /** The new TASK_QUEUE.md when it changed. */
  queue: string | null;
  /** Somebody moved: the office file is to be written. */
  moved: boolean;
  /** A line for the player's memory file. */
  memory: string | null;
}

/** The queue is filled up to this many waiting tasks. */
const WAITING = 4;
/** When this many work off the queue, further ones take tasks that stand in no file: nobody keeps a queue of thousands. */
const QUEUE_WORKERS = 50;
const CHANCE = { finish: 0.22, fail: 0.06, ask: 0.04, wander: 0.12, recover: 0.5, answer: 0.25, rest: 0.15 };

/**
 * One agent does one thing: takes a task, works on it, finishes it, fails at it, recovers, asks a
 * person something and waits, or goes for a walk. Changes the
 * player; `queue` is TASK_QUEUE.md as it is now, whoever wrote it last.
 */
export function playStep(players: readonly Player[], queue: string, random: () => number, now: number): Step | null {
  const playing = players.filter((player) => player.temper === 'plays');
  if (playing.length === 0) return null;
  const player = pick(playing, random);
  switch (player.mood) {
    case 'idle':
      return begin(player, queue, random, now);
    case 'working':
      return proceed(player, queue, random);
    case 'waiting':
      return wait(player, random);
    default:
      return recover(player, queue, random);
  }
}

function begin(player: Player, queue: string, random: () => number, now: number): Step {
  const zone = random() < CHANCE.rest ? 'break_area' : player.desk;
  const moved = player.zone !== zone;
  player.zone = zone;
  if (zone === 'break_area') return { player, queue: null, moved, memory: null };
  const rows = rowsOf(queue);
  if (rows.filter((row) => row.state === 'in_progress').length >= QUEUE_WORKERS) {
    player.task = { id: 0, title: taskTitle(random) };
    player.mood = 'working';
    return { player, queue: null, moved, memory: null };
  }
  let text = retireRows(queue);
  while (waiting(text).length < WAITING) text = addRow(text, newRow(text, random), now);
  const row = pick(waiting(text), random);
  player.task = { id: row.id, title: row.title };
  player.mood = 'working';
  return { player, queue: setRow(text, row.id, 'in_progress', player.id), moved, memory: null };
}

function proceed(player: Player, queue: string, random: () => number): Step {
  const luck = random();
  player.work += 5 + Math.floor(random() * 40);
  player.messages += 1;
  if (luck < CHANCE.fail) return stumble(player, queue, random);
  if (luck < CHANCE.fail + CHANCE.finish) return finish(player, queue, random);
  if (luck < CHANCE.fail + CHANCE.finish + CHANCE.ask) {
    player.mood = 'waiting';
    player.question = question(random);
    return { player, queue: null, moved: false, memory: null };
  }
  const zone = random() < CHANCE.wander ? 'conference' : player.desk;
  const moved = zone !== player.zone;
  player.zone = zone;
  return { player, queue: null, moved, memory: null };
}

function finish(player: Player, queue: string, random: () => number): Step {
  const memory = random() < 0.5 ? memoryLine(player, random) : null;
  const text = close(player, queue, 'completed');
  player.done += 1;
  player.mood = 'idle';
  player.task = null;
  return { player, queue: text, moved: false, memory };
}

function stumble(player: Player, queue: string, random: () => number): Step {
  const blocked = random() < 0.4;
  player.mood = blocked ? 'blocked' : 'error';
  if (!blocked) player.failed += 1;
  return { player, queue: close(player, queue, blocked ? 'blocked' : 'failed'), moved: false, memory: null };
}

/** Somebody answers, sooner or later, and the work goes on. */
function wait(player: Player, random: () => number): Step {
  if (random() < CHANCE.answer) {
    player.mood = 'working';
    player.question = null;
  } else player.messages += 1;
  return { player, queue: null, moved: false, memory: null };
}

function recover(player: Player, queue: string, random: () => number): Step {
  if (random() > CHANCE.recover) {
    player.messages += 1;
    return { player, queue: null, moved: false, memory: null };
  }
  const resumed = player.mood === 'blocked';
  player.mood = resumed ? 'working' : 'idle';
  const text = resumed ? close(player, queue, 'in_progress') : null;
  if (!resumed) player.task = null;
  return { player, queue: text, moved: false, memory: null };
}

function close(player: Player, queue: string, state: RowState): string | null {
  return player.task ? setRow(queue, player.task.id, state, player.id) : null;
}

function waiting(text: string) {
  return rowsOf(text).filter((row) => row.state === 'pending');
}

function newRow(text: string, random: () => number) {
  const priority = pick(['P0', 'P1', 'P1', 'P2', 'P2', 'P3'], random);
  return { id: nextId(text), title: taskTitle(random), state: 'pending' as const, assignee: null, priority };
}
