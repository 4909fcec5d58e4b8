import { mkdir } from 'node:fs/promises';
import { type Clock, workspaceLayout } from '../base/index.js';
import { castOf } from './cast.js';
import { type DemoFiles, demoFiles } from './files.js';
import { newPlayer, type Player } from './player.js';
import { playStep } from './play.js';
import { EMPTY_QUEUE } from './queue.js';

export interface DemoOptions {
  /** An empty directory, as `createDemoRoot` makes it. */
  root: string;
  agents: number;
  /** Changes a second. */
  rate: number;
  /** From 0 to below 1, as Math.random. */
  random: () => number;
  clock: Clock;
}

export interface Demo {
  /** Writes the whole workspace, as a server would find it. */
  prepare(): Promise<void>;
  /** Lets one agent do one thing. */
  step(): Promise<void>;
  /** Plays by itself, `rate` steps a second, until stopped. */
  start(): void;
  /** Waits for the step at hand. Idempotent. */
  stop(): Promise<void>;
}

/** No timer is set shorter than this; more steps are taken per turn instead. */
const TURN_MS = 20;
/** Steps before the curtain rises, so that the fleet is found at work. */
const REHEARSAL = 3;

/** A simulated fleet over a throw-away workspace. Does nothing before `prepare`. */
export function createDemo(options: DemoOptions): Demo {
  const { random, clock } = options;
  const files = demoFiles(options.root, random);
  const players = castOf(options.agents).map((role) => newPlayer(role, random));
  let timer: NodeJS.Timeout | undefined;
  let turn: Promise<void> = Promise.resolve();
  let stopped = false;

  const step = () => takeStep(files, players, random, clock.now());

  function schedule(): void {
    const wait = Math.max(TURN_MS, (1000 / options.rate) * (0.5 + random()));
    timer = setTimeout(() => {
      turn = takeTurn(Math.max(1, Math.round((wait / 1000) * options.rate)));
    }, wait);
  }

  async function takeTurn(steps: number): Promise<void> {
    for (let count = 0; count < steps && !stopped; count += 1) {
      // A file that another process has just removed is no reason to stop playing.
      await step().catch(() => undefined);
    }
    if (!stopped) schedule();
  }

  return {
    prepare: () => prepare(options, files, players),
    step,
    start() {
      if (timer === undefined && !stopped) schedule();
    },
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await turn;
    },
  };
}

async function prepare(options: DemoOptions, files: DemoFiles, players: Player[]): Promise<void> {
  const { random, clock } = options;
  await mkdir(workspaceLayout(options.root).agents, { recursive: true });
  let queue = EMPTY_QUEUE;
  for (let count = 0; count < REHEARSAL * Math.min(players.length, 200); count += 1) {
    queue = playStep(players, queue, random, clock.now())?.queue ?? queue;
  }
  await files.writeQueue(queue);
  await files.writeOffice(players, clock.now());
  for (let from = 0; from < players.length; from += 64) {
    await Promise.all(players.slice(from, from + 64).map((player) => files.introduce(player, clock.now())));
  }
}

async function takeStep(files: DemoFiles, players: Player[], random: () => number, now: number): Promise<void> {
  const step = playStep(players, await files.readQueue(), random, now);
  if (!step) return;
  if (step.queue !== null) await files.writeQueue(step.queue);
  if (step.memory !== null) await files.appendMemory(step.player, step.memory, now);
  if (step.moved) await files.writeOffice(players, now);
  await files.writeState(step.player, now);
}
