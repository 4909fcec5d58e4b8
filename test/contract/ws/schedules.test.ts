import { alertOf } from '../../support/alerts.js';
import { afterEach, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import {
  type Connection,
  createConnection,
  createMirror,
  type Mirror,
  type MirrorView,
} from '../../../src/client/index.js';
import {
  agentOfEvent,
  agentStatusData,
  CLOSE,
  type EventDraft,
  emptySnapshot,
  listAgents,
  type McEvent,
  parseServerFrame,
  type Snapshot,
} from '../../../src/protocol/index.js';
import {
  activity,
  agent,
  metric,
  notification,
  position,
  type Stand,
  startStand,
  task,
  tasks,
  textOf,
} from './stand.js';

/** How many schedules are tried; `MC_TEST_RUNS` multiplies: 50 makes 10,000. */
const RUNS = 200 * Number(process.env.MC_TEST_RUNS ?? 1);
const STEPS = 30;

let stand: Stand;
const ends: (() => void)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) end();
  await stand.stop();
});

type Random = () => number;

/** The same numbers for the same seed (mulberry32), so that a schedule that fails can be played again. */
function seeded(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** What a client that hears only a part asks for; nothing of it is ever replaced by something newer. */
const PART = ['agent_status', 'agent_removed', 'agent_activity'] as const;

/** Every event of every life, so that it can be told what a client that hears only a part should have heard. */
const lives = new Map<string, McEvent[]>();

/** A client of ours with its mirror, and what is wrong with what it heard. */
interface Watcher {
  connection: Connection;
  /** The agents that it hears of; null: it hears everything. */
  agents: () => ReadonlySet<string> | null;
  mirror: Mirror;
  socket: () => WebSocket | null;
  wrongs: string[];
  resumes: number;
  slow: number;
  /** Events that it was told would not come. */
  skipped: number;
}

function watch(url: string, part: { agents: string[]; changes: boolean } | null = null): Watcher {
  let agents = part && new Set(part.agents);
  let socket: WebSocket | null = null;
  const heard = { epoch: '', seq: 0, skipped: new Set<number>() };
  const mirror = createMirror();
  const connection = createConnection({
    url,
    socket(address) {
      const opened = new WebSocket(address);
      opened.on('message', (data) => check(textOf(data)));
      opened.on('error', () => {});
      opened.on('close', (code) => {
        if (code === CLOSE.slowConsumer) watcher.slow += 1;
      });
      socket = opened;
      return opened;
    },
    ...(part && { channels: PART, agents: part.agents }),
    random: () => 0.01,
    now: () => Date.now(),
  });
  const watcher: Watcher = {
    connection,
    agents: () => agents,
    mirror,
    socket: () => socket,
    wrongs: [],
    resumes: 0,
    slow: 0,
    skipped: 0,
  };
  /** Events before this one that should have come and did not. Who changes what it hears cannot be told so exactly. */
  const missing = (before: number): number[] => {
    if (part?.changes) return [];
    const passed = (lives.get(heard.epoch) ?? []).slice(heard.seq, before - 1);
    const wanted = agents;
    if (!wanted) return passed.map(({ seq }) => seq).filter((seq) => !heard.skipped.delete(seq));
    return passed.filter((event) => isFor(event, wanted)).map(({ seq }) => seq);
  };
  /** Looks at the raw stream: over all connections, no event comes twice or out of order, and no hole is left untold. */
  function check(text: string) {
    const frame = parseServerFrame(text);
    if (frame?.type === 'hello') {
      if (frame.data.resumed) watcher.resumes += 1;
      heard.skipped.clear();
      if (frame.data.resumed && frame.data.epoch !== heard.epoch) watcher.wrongs.push('resumed another epoch');
      if (!frame.data.resumed) Object.assign(heard, { epoch: frame.data.epoch, seq: frame.data.seq });
    } else if (frame?.type === 'subscribed') {
      agents = new Set(frame.agents);
    } else if (frame?.type === 'synced' && part) {
      for (const seq of missing(frame.data.seq + 1)) watcher.wrongs.push(`${seq} is missing at ${frame.data.seq}`);
      heard.seq = Math.max(heard.seq, frame.data.seq);
    } else if (frame?.type === 'skipped') {
      for (const [first, last] of frame.data.ranges)
        for (let seq = first; seq <= last; seq += 1) heard.skipped.add(seq);
      watcher.skipped += 1;
    } else if (frame && 'seq' in frame && 'data' in frame) {
      if (frame.epoch !== heard.epoch) watcher.wrongs.push(`an event of ${frame.epoch} in ${heard.epoch}`);
      for (const seq of missing(frame.seq)) watcher.wrongs.push(`${seq} is missing before ${frame.seq}`);
      if (frame.seq <= heard.seq) watcher.wrongs.push(`${frame.seq} came after ${heard.seq}`);
      heard.seq = frame.seq;
    }
  }
  connection.onFrame((frame) => mirror.apply(frame));
  ends.push(() => connection.close());
  return watcher;
}

function isFor(event: McEvent, agents: ReadonlySet<string>): boolean {
  return (PART as readonly string[]).includes(event.type) && agents.has(agentOfEvent(event) ?? '');
}

/** A client of the old backend, which starts from nothing with each connection. */
function watchOld(url: () => string): { agents: () => Map<string, unknown>; cut: () => void } {
  let agents = new Map<string, unknown>();
  let socket: WebSocket;
  let ended = false;
  const connect = () => {
    if (ended) return;
    socket = new WebSocket(url());
    const mine = new Map<string, unknown>();
    agents = mine;
    socket.on('message', (data) => {
      const { type, data: event } = JSON.parse(textOf(data));
      if (type === 'agent_status') mine.set(event.agent, event.state);
      if (type === 'agent_removed') mine.delete(event.agent);
    });
    socket.on('error', () => {});
    socket.on('close', () => setTimeout(connect, 5));
  };
  connect();
  ends.push(() => {
    ended = true;
    socket.terminate();
  });
  return { agents: () => agents, cut: () => socket.terminate() };
}

function draft(random: Random, n: number): EventDraft {
  const id = `agent-${Math.floor(random() * 8)}`;
  const roll = random();
  if (roll < 0.45) return { type: 'agent_status', data: agentStatusData(agent(id, { n })), at: n };
  if (roll < 0.55) return { type: 'agent_removed', data: { agent: id }, at: n };
  if (roll < 0.65) return position(`zone-${n}`);
  if (roll < 0.72) return tasks([task(`T${n % 7}`, n)]);
  if (roll < 0.8) return notification(`n${n % 30}`);
  if (roll < 0.85) return { type: 'notification_ack', data: { id: `n${n % 30}`, acknowledged_at: 'then' }, at: n };
  if (roll < 0.88) {
    const state = random() < 0.5 ? 'firing' : 'resolved';
    return { type: 'alert', data: alertOf({ id: `alert-${n % 5}`, agent: id, state, value: n }), at: n };
  }
  return roll < 0.92 ? metric('cpu', n) : activity(id, String(n));
}

/** Events that newer ones of their kind replace, now and then with another between them. */
function replaceable(random: Random, n: number): EventDraft {
  if (random() < 0.1) return activity('flood', String(n));
  return random() < 0.5 ? position(`zone-${n}`) : metric('cpu', n);
}

/** A state as far as it concerns these agents. */
function partOf({ agents }: Pick<MirrorView, 'agents'>, wanted: ReadonlySet<string>) {
  const concerned = [...agents].filter(([id]) => wanted.has(id));
  return plain({ ...emptySnapshot(), agents: new Map(concerned) });
}

function plain(state: Pick<Snapshot, 'agents' | 'office' | 'tasks' | 'notifications' | 'alerts'>) {
  return JSON.parse(
    JSON.stringify({
      agents: listAgents(state),
      office: state.office,
      tasks: Object.fromEntries(state.tasks),
      notifications: state.notifications,
      alerts: [...state.alerts.values()],
    }),
  );
}

function sum(numbers: number[]): number {
  return numbers.reduce((a, b) => a + b, 0);
}

async function turn(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

/** One schedule: publish, disconnect, reconnect, slow down, flood, restart, in any order. */
async function play(seed: number): Promise<Watcher[]> {
  const random = seeded(seed);
  const limits = {
    outboxEvents: 60,
    outboxBytes: 200_000,
    chunkBytes: 4000,
    greetBytesPerTurn: 20_000,
    unheardEvents: 20,
    closeMs: 20,
  };
  const begin = async (port: number, life: number, snapshot: Snapshot) => {
    const epoch = `life-${life}`;
    const begun = await startStand({ port, snapshot, epoch, journal: { maxEvents: 80 }, limits });
    const events: McEvent[] = [];
    lives.set(epoch, events);
    begun.bus.subscribe(({ event }) => events.push(event));
    return begun;
  };
  lives.clear();
  stand = await begin(0, 1, emptySnapshot());
  const changing = watch(stand.url, { agents: ['agent-1', 'agent-2'], changes: true });
  const narrow = watch(stand.url, { agents: ['agent-0', 'agent-1'], changes: false });
  const watchers = [...Array.from({ length: 4 }, () => watch(stand.url)), narrow, changing];
  const old = watchOld(() => stand.url);
  let life = 1;
  let n = 0;
  const someone = () => watchers[Math.floor(random() * watchers.length)] as Watcher;

  for (let step = 0; step < STEPS; step += 1) {
    const roll = random();
    if (roll < 0.55) for (let i = random() * 40; i > 0; i -= 1) stand.publish(draft(random, (n += 1)));
    else if (roll < 0.65) someone().socket()?.terminate();
    else if (roll < 0.7) someone().socket()?.close();
    else if (roll < 0.75) old.cut();
    else if (roll < 0.82) someone().socket()?.pause();
    else if (roll < 0.9) someone().socket()?.resume();
    else if (roll < 0.93 && seed % 2 === 0) {
      someone().socket()?.pause();
      for (let i = 0; i < 300 && stand.hub.peers().every(({ outbox_events }) => outbox_events === 0); i += 1) {
        stand.publish(activity('flood', 'x'.repeat(60_000)));
        await turn();
      }
      // Of these, some must close it, and some may be left out.
      const flood = seed % 4 === 0 ? draft : replaceable;
      for (let i = 0; i < 70; i += 1) stand.publish(flood(random, (n += 1)));
    } else if (roll < 0.97) {
      const type = random() < 0.5 ? 'subscribe' : 'unsubscribe';
      changing.connection.send({ type, agents: [`agent-${Math.floor(random() * 8)}`] });
    } else if (roll > 0.97) {
      const { port, snapshot } = stand;
      await stand.stop();
      life += 1;
      stand = await begin(port, life, snapshot);
    }
    for (let i = random() * 4; i > 0; i -= 1) await turn();
  }

  for (const watcher of watchers) watcher.socket()?.resume();
  stand.publish(activity('end', 'end'));
  // Who hears only a part is told where the stream is when enough of it has passed by.
  for (let i = 0; i < limits.unheardEvents; i += 1) stand.publish(metric('cpu', i));
  for (const [index, { mirror, wrongs, agents }] of watchers.entries()) {
    const least = stand.bus.position().seq - (agents() ? limits.unheardEvents : 0);
    await vi.waitFor(
      () => {
        const { synced, position } = mirror.getSnapshot();
        expect([index, synced, position?.epoch]).toEqual([index, true, stand.bus.position().epoch]);
        expect(position?.seq).toBeGreaterThanOrEqual(least);
      },
      { timeout: 15_000, interval: 5 },
    );
    // Only now: an answer to what it asked for last may have come meanwhile.
    const [view, wanted] = [mirror.getSnapshot(), agents()];
    if (wanted) expect(partOf(view, wanted)).toEqual(partOf(stand.snapshot, wanted));
    else expect(plain(view as unknown as Snapshot)).toEqual(plain(stand.snapshot));
    expect(wrongs).toEqual([]);
  }
  const expected = new Map(listAgents(stand.snapshot).map(({ id, state }) => [id, state]));
  await vi.waitFor(() => expect(old.agents()).toEqual(expected), { timeout: 15_000, interval: 5 });
  return watchers;
}

it(
  `${RUNS} random schedules: every mirror equals the state, every event came at most once and in order`,
  async () => {
    const watchers: Watcher[] = [];
    for (let seed = 1; seed <= RUNS; seed += 1) {
      try {
        watchers.push(...(await play(seed)));
      } catch (error) {
        throw new Error(`schedule ${seed} failed`, { cause: error });
      }
      for (const end of ends.splice(0)) end();
      await stand.stop();
    }
    // Otherwise the schedules would show nothing about resuming, about slow clients, or about what is left out for them.
    expect(sum(watchers.map(({ resumes }) => resumes))).toBeGreaterThan(RUNS / 4);
    if (RUNS >= 40) expect(sum(watchers.map(({ slow }) => slow))).toBeGreaterThan(0);
    if (RUNS >= 40) expect(sum(watchers.map(({ skipped }) => skipped))).toBeGreaterThan(0);
  },
  60_000 + RUNS * 1000,
);
