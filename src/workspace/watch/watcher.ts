/** The watcher: a door of its own, so that commands which only read files do not load chokidar. */
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { type Clock, LEADS_OUT, rootsOf, workspaceLayout } from '../../base/index.js';
import type { Logger } from '../../base/log.js';
import { type AgentReading, type Reading, type Source, WORKSPACE_SOURCE, emptyReading } from '../../protocol/index.js';
import { endReading, type Reader } from '../read/thread.js';
import { untoldFileSystemAt } from './file-system.js';
import { readAll } from '../read/read.js';
import { meantIn } from './survey.js';
import { type Value, createDelivery } from './delivery.js';
import { createLedger } from './ledger.js';
import { exhaustionOf } from './exhaustion.js';
import { createLinks } from './links.js';
import type { WatcherHealth, WatchMode } from './mode.js';
import { createNameWarnings } from './names.js';
import { createPatrol } from './patrol.js';
import { type FileNoun, type Noun, type Place, branchOf, nounKey, nounOf } from './places.js';
import { type OpenPost, openPost } from './post.js';
import { createReadQueue } from './read-queue.js';
import { type ReadNoun, isSameValue, isStarved, readNoun, starvedIn } from './read-noun.js';
import { createTimeWatch } from './times.js';
import { type Branch, createTree } from './tree.js';

export type { ReadNoun, WatcherHealth, WatchMode };

export interface WatcherOptions {
  root: string;
  /** The real paths that are the workspace (`rootsOf`); as they are at the start when absent. */
  roots?: readonly string[];
  clock: Clock;
  log?: Logger;
  /** Every reading but the first, in order. Holds only what changed. */
  onReading: (reading: Reading) => void;
  /** Called at most once: the system has no watches or handles left, so files are looked at every second instead. */
  onMode?: (change: { mode: 'polling'; reason: string }) => void;
  /**
   * `auto` (the default) begins with watches, but where files are changed by others without the system noticing (NFS, 9p …), and
   * falls back to polling; the others keep to one way.
   */
  mode?: WatchMode;
  /** Between two looks at all files when polling, in milliseconds (1,000). */
  pollMs?: number;
  /** Between two looks that only make sure that no watch missed anything, in milliseconds (60,000). */
  rescanMs?: number;
  /** How directories are watched: chokidar, but for tests of its failures. */
  openPost?: OpenPost;
}

export interface Watcher extends Source {
  /**
   * The first whole reading. What changes after it was read goes to `onReading`; nothing falls between the two. To be called
   * once; closed meanwhile, it resolves with an empty reading.
   */
  start(): Promise<Reading>;
  /** Looks at every file now; resolves when all that had changed is delivered. */
  rescan(): Promise<void>;
  /**
   * Reads these nouns now, whether a change of theirs was reported or not. Resolves when what was found is delivered: true, or
   * false when one of them could not be read now.
   */
  look(nouns: readonly ReadNoun[]): Promise<boolean>;
  health(): WatcherHealth;
  close(): Promise<void>;
}

/** The branches above those of agents. */
const TRUNK = ['root', 'mission-control', 'agents'];

/** How long to wait for a file handle before a file is read again, in milliseconds. */
const STARVED_MS = 250;

/** How long to wait before looking what became of a file that has no event of its own, in milliseconds. */
const FILE_MS = 30;

/** Watches the workspace at `root`, which need not be there (yet). Does nothing before `start`. */
export function createWatcher(options: WatcherOptions): Watcher {
  const { root, clock, log, onReading, pollMs = 1000, rescanMs = 60_000 } = options;
  const timers = new Set<NodeJS.Timeout>();
  let mode: 'native' | 'polling' = options.mode === 'polling' ? 'polling' : 'native';
  let trouble: string | null = null;
  /** Why it polls although nothing is wrong. */
  let choice: string | null = mode === 'polling' ? 'asked for' : null;
  let roots = options.roots ?? [];
  let hasRead = false;
  let closed = false;
  const reader: Reader = { ended: false };

  const within = (): readonly string[] => roots;
  const isNative = (): boolean => mode === 'native';
  const post = options.openPost ?? openPost;
  const links = createLinks({ openPost: post, isNative, within, onError });
  const ledger = createLedger(() => clock.now(), onLinkedFile);
  const delivery = createDelivery(() => clock.now(), deliver);
  const times = createTimeWatch(clock);
  const warnOfNames = createNameWarnings(log);
  const add = (noun: Noun, value: Value | undefined): void => {
    if (value === undefined) return;
    if (noun.kind === 'agent') times.note(noun.id, value as AgentReading | null);
    delivery.add(noun, value);
  };
  const nouns = createReadQueue<ReadNoun, Value | undefined>({ read, deliver: add, isSame: isSameValue });
  const files = createReadQueue<FileNoun, Value>({ read: lookLater, deliver: add, isSame: () => false, atOnce: 1e6 });
  const tree = createTree({ root, openPost: post, within, isNative, onLinked, onRaw, onError, onOpen, onGone });
  const onFault = (error: unknown): void => log?.error({ err: error }, 'looking at the files failed');
  const patrol = createPatrol({ tree, ledger, isNative, report, pollMs, rescanMs, onError: onFault, onTick });

  return {
    name: WORKSPACE_SOURCE,
    async start() {
      await findRoots();
      if (mode === 'native' && (options.mode ?? 'auto') === 'auto') {
        const system = await untoldFileSystemAt(root);
        if (system !== null) mode = 'polling';
        if (system !== null) choice = `the workspace lies on ${system}, which does not report every change`;
      }
      if (choice !== null) log?.info(`files are looked at every second: ${choice}`);
      tree.look('root');
      await tree.idle();
      if (closed) return emptyReading(clock.now());
      // Only now: what changed before is read, what changes from here on is reported.
      hasRead = true;
      patrol.start();
      const { reading, refused } = await readAll(root, clock.now(), roots, reader);
      if (closed) return emptyReading(clock.now());
      for (const { name, reason } of refused) log?.warn({ name, reason }, 'an entry of agents/ is refused');
      delivery.know(reading.agents.keys());
      for (const [id, agent] of reading.agents) times.note(id, agent);
      for (const noun of starvedIn(reading)) markLater(noun);
      setImmediate(() => {
        nouns.release();
        files.release();
      });
      return reading;
    },
    async rescan() {
      await patrol.round(true);
      await Promise.all([nouns.idle(), files.idle()]);
      await delivery.flushed();
    },
    async look(looked) {
      const values = await Promise.all(looked.map((noun) => nouns.look(nounKey(noun), noun)));
      await delivery.flushed();
      return !closed && !values.includes(undefined);
    },
    health: () => ({
      state: closed ? 'stopped' : stateNow(),
      mode,
      reason: mode === 'native' ? null : (trouble ?? choice),
      // Counted for who asks: probes want the state alone.
      get directories() {
        return [...tree.branches.values()].reduce((sum, { places }) => sum + places.length, links.count());
      },
    }),
    async close() {
      closed = true;
      for (const timer of timers) clearTimeout(timer);
      endReading(reader);
      delivery.close();
      await Promise.all([patrol.close(), tree.close(), links.close(), nouns.close(), files.close()]);
    },
  };

  function onRaw(place: Place, event: string, name: string | null): void {
    patrol.heard();
    if (name === null) {
      for (const changed of ledger.changes(place, true)) report(place, changed);
      return;
    }
    if (place.agent === '' && meantIn(place, name) !== null) warnOfNames([place]);
    const branch = branchOf(place, name);
    if (branch !== null) tree.look(branch, event === 'rename');
    report(place, name);
  }

  /** A workspace that comes after the start is what it is then. */
  async function findRoots(): Promise<void> {
    if (roots.length === 0) roots = await rootsOf(workspaceLayout(root));
  }

  function onLinked(key: string, place: Place, isLink: boolean): void {
    links.follow(`directory ${place.path}`, isLink ? place.path : null, () => tree.look(key, true));
  }

  function onLinkedFile(place: Place, name: string, isLink: boolean): void {
    const kind = nounOf(place, name)?.kind;
    // Memories are not evidence when they are links.
    if (kind === undefined || kind === 'file' || place.part === 'memory') return;
    const path = join(place.path, name);
    links.follow(`file ${path}`, isLink ? path : null, () => {
      if (ledger.isChanged(place, name)) report(place, name);
    });
  }

  function onTick(): void {
    if (roots.length === 0) void findRoots().then(() => tree.look('root'));
    const due = times.due();
    if (due !== 'all') for (const id of due) mark({ kind: 'agent', id });
    else for (const { agent } of tree.branches.values()) if (agent !== null) mark({ kind: 'agent', id: agent });
  }

  function onOpen(branch: Branch): void {
    if (branch.agent === null) warnOfNames(branch.places);
    if (!hasRead) for (const place of branch.places) ledger.write(place);
    else onGone(branch);
  }

  /** All that a branch holds may be other than it was. */
  function onGone({ key, agent, places }: Branch): void {
    if (agent !== null) mark({ kind: 'agent', id: agent });
    if (key === 'mission-control') mark({ kind: 'office' });
    for (const place of places) for (const name of ledger.changes(place, true)) report(place, name);
  }

  function report(place: Place, name: string): void {
    const noun = nounOf(place, name);
    if (!noun) return;
    const key = nounKey(noun);
    if (noun.kind !== 'file') ledger.touch(key, place, name);
    if (hasRead) mark(noun);
    // The first reading will show it: here it is only written down.
    else if (noun.kind === 'file') ledger.fileChange(noun);
    else ledger.settle(key);
  }

  function mark(noun: Noun): void {
    if (closed) return;
    if (noun.kind === 'file') files.mark(nounKey(noun), noun);
    else nouns.mark(nounKey(noun), noun);
  }

  /** Undefined when there is nothing to report: the noun could not be read and will be read again. */
  async function read(noun: ReadNoun): Promise<Value | undefined> {
    ledger.settle(nounKey(noun));
    try {
      const value = await readNoun(root, noun, { now: clock.now(), within: roots, reader });
      if (!isStarved(value)) return value;
    } catch (error) {
      log?.error({ err: error, noun }, 'reading failed');
    }
    markLater(noun);
    return undefined;
  }

  /** Nobody waits for these: a file that is made and then filled is reported once. */
  async function lookLater(noun: FileNoun): Promise<Value> {
    await wait(FILE_MS);
    return ledger.fileChange(noun);
  }

  function markLater(noun: Noun): void {
    const timer = setTimeout(() => {
      timers.delete(timer);
      mark(noun);
    }, STARVED_MS);
    timers.add(timer);
  }

  function deliver(reading: Reading): void {
    try {
      onReading(reading);
    } catch (error) {
      log?.error({ err: error }, 'a reading was not taken');
    }
  }

  function onError(error: unknown): void {
    const reason = exhaustionOf(error);
    if (reason === null) {
      log?.warn({ cause: String(error) }, 'a directory cannot be watched and is looked at every second instead');
      return;
    }
    if (trouble !== null || closed) return;
    trouble = reason;
    log?.warn(`${reason}: files are looked at every second instead`);
    if (options.mode === 'native') return;
    mode = 'polling';
    tree.dropWatches();
    links.dropWatches();
    patrol.hurry();
    options.onMode?.({ mode, reason });
  }

  function stateNow(): string {
    if (hasRead && !tree.branches.has('root')) return 'the workspace is missing';
    if (hasRead && !tree.branches.has('mission-control')) return 'mission-control/ is missing in the workspace';
    // A link that was put in its place since the start.
    const led = TRUNK.find((key) => tree.branches.get(key)?.places.length === 0);
    if (hasRead && led !== undefined) return `${led} is now a ${LEADS_OUT}: start the server anew if that is meant`;
    if (trouble === null) return 'available';
    return mode === 'polling' ? `polling, because ${trouble}` : trouble;
  }
}
