import { lstatSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { isAgentId } from '../../protocol/index.js';
import { isLinkNow, isNowhere } from '../text/directory.js';
import { type Found, lookAt } from './ground.js';
import { type Place, agentBranch, agentPlaces, trunkPlaces } from './places.js';
import { createPause } from './pause.js';
import { type OpenPost, type Post, isWatchable } from './post.js';

/**
 * Directories that are watched together, because they come and go together: `root`, `mission-control`, `agents`, and one
 * `agent:<id>` per agent with its memory/ and tasks/.
 */
export interface Branch {
  key: string;
  /** Set for an agent's branch. */
  agent: string | null;
  /** Those that are there now. */
  places: Place[];
  /** True when a part of it is not watched: it has to be looked at from time to time. */
  blind: boolean;
}

export interface TreeOptions {
  root: string;
  openPost: OpenPost;
  /** Real paths: a directory that lies elsewhere is neither watched nor looked into. */
  within(): readonly string[];
  /** False: directories are found, but not watched. */
  isNative(): boolean;
  /** At each look at a directory: whether it is reached by a link. */
  onLinked(key: string, place: Place, isLink: boolean): void;
  onRaw(place: Place, event: string, name: string | null): void;
  onError(error: unknown): void;
  /** The branch is there and watched: what it holds has to be read now. Also after it was replaced. */
  onOpen(branch: Branch): void;
  onGone(branch: Branch): void;
}

/** Which directories there are, and a watch on each. */
export interface Tree {
  branches: ReadonlyMap<string, Branch>;
  /** Looks again at one branch. `replaced`: it may be another directory than before, even if it looks the same. */
  look(key: string, replaced?: boolean): void;
  /** Looks again at all branches, a few at a time. */
  lookAtAll(): Promise<void>;
  /** True when something could not be seen at the last look: it is to be looked for soon. */
  isIncomplete(): boolean;
  /** Resolves when no watch is being opened. */
  idle(): Promise<void>;
  /** Gives all watches back; directories are still found. */
  dropWatches(): void;
  close(): Promise<void>;
}

interface LiveBranch extends Branch, Found {
  post: Post | null;
  opening: boolean;
  /** The directory took the place of another: what is below it was replaced too. */
  replaced: boolean;
  /** Somebody wanted to look at it while it was being opened. */
  again: 'look' | 'replaced' | null;
}

/** How many branches get their watches at one time. */
const OPEN_AT_ONCE = 64;

export function createTree(options: TreeOptions): Tree {
  const trunk = trunkPlaces(options.root);
  const branches = new Map<string, LiveBranch>();
  const toOpen = new Set<LiveBranch>();
  const closing = new Set<Promise<void>>();
  let openers = 0;
  let busy = 0;
  let idlers: (() => void)[] = [];
  let closed = false;
  let unlisted = false;

  return {
    branches,
    look,
    async lookAtAll() {
      look('root');
      look('mission-control');
      look('agents');
      await idle();
      await lookAtAgents(false);
      await idle();
    },
    isIncomplete: () => unlisted || !branches.has('root'),
    idle,
    dropWatches() {
      for (const branch of branches.values()) drop(branch);
    },
    async close() {
      closed = true;
      for (const branch of branches.values()) drop(branch);
      await idle();
      await Promise.all(closing);
    },
  };

  function look(key: string, replaced = false): void {
    if (closed) return;
    const known = branches.get(key);
    if (known?.opening) {
      known.again = replaced || known.again === 'replaced' ? 'replaced' : 'look';
      return;
    }
    const places = placesOf(key);
    for (const place of places) options.onLinked(key, place, isLinkNow(place.path));
    const found = lookAt(places, options.within());
    if (!found) {
      if (known) remove(known);
    } else if (!known || replaced || known.identity !== found.identity) {
      if (known) drop(known);
      const agent = agentIn(key);
      const branch = { key, agent, ...found, blind: true, post: null, opening: true, replaced, again: null };
      branches.set(key, branch);
      toOpen.add(branch);
      if (openers < OPEN_AT_ONCE) void whileBusy(open);
    }
  }

  function placesOf(key: string): Place[] {
    const agent = agentIn(key);
    return agent === null ? [trunk[key as keyof typeof trunk]] : agentPlaces(options.root, agent);
  }

  async function open(): Promise<void> {
    openers += 1;
    for (const branch of toOpen) {
      toOpen.delete(branch);
      await watch(branch).catch((error: unknown) => options.onError(error));
      settle(branch);
    }
    openers -= 1;
  }

  async function watch(branch: LiveBranch): Promise<void> {
    if (closed) return;
    const watched = new Map(branch.watchPaths.map((path, at) => [path, branch.places[at]] as const));
    for (const path of watched.keys()) if (!isWatchable(path)) watched.delete(path);
    branch.blind = watched.size < branch.places.length;
    if (watched.size === 0 || !options.isNative()) return turn();
    branch.post = options.openPost([...watched.keys()], {
      onRaw: (event, directory, name) => {
        const place = watched.get(directory);
        if (event === 'rename' && name !== null && isOwnEnd(directory, name)) look(branch.key, true);
        else if (place) options.onRaw(place, event, name);
      },
      onError: (error) => {
        branch.blind = true;
        options.onError(error);
      },
    });
    return branch.post.ready;
  }

  function settle(branch: LiveBranch): void {
    branch.opening = false;
    if (closed || !options.isNative()) drop(branch);
    if (closed) return;
    const { again } = branch;
    branch.again = null;
    if (again) look(branch.key, again === 'replaced');
    // That look may have replaced it already: then the opening of the other one shows it.
    if (branches.get(branch.key) !== branch) return;
    options.onOpen(branch);
    lookBelow(branch, branch.replaced);
  }

  function lookBelow({ key }: Branch, replaced: boolean): void {
    if (key === 'root') look('mission-control', replaced);
    else if (key === 'mission-control') look('agents', replaced);
    else if (key === 'agents') void whileBusy(() => lookAtAgents(replaced));
  }

  async function lookAtAgents(replaced: boolean): Promise<void> {
    const pause = createPause();
    for (const key of new Set([...agentsThere(), ...branches.keys()])) {
      if (agentIn(key) !== null) look(key, replaced);
      await pause();
    }
  }

  function remove(branch: LiveBranch): void {
    drop(branch);
    branches.delete(branch.key);
    options.onGone(branch);
    lookBelow(branch, false);
  }

  function drop(branch: LiveBranch): void {
    branch.blind = true;
    if (branch.post) void giveBack(branch.post);
    branch.post = null;
  }

  async function giveBack(post: Post): Promise<void> {
    const done = post.close();
    closing.add(done);
    await done;
    closing.delete(done);
  }

  /** Not being able to list them is not proof that they are gone. */
  function agentsThere(): string[] {
    try {
      unlisted = false;
      if (branches.get('agents')?.places.length === 0) return [];
      const entries = readdirSync(trunk.agents.path, { withFileTypes: true });
      return entries.filter((entry) => !entry.isFile() && isAgentId(entry.name)).map(({ name }) => agentBranch(name));
    } catch (error) {
      unlisted = !isNowhere(error);
      return [];
    }
  }

  async function whileBusy(work: () => Promise<void>): Promise<void> {
    busy += 1;
    await work().catch((error: unknown) => options.onError(error));
    busy -= 1;
    if (busy > 0) return;
    for (const resolve of idlers) resolve();
    idlers = [];
  }

  function idle(): Promise<void> {
    return new Promise((resolve) => (busy === 0 ? resolve() : idlers.push(resolve)));
  }
}

/** The system reports that a directory itself is gone (or moved) with the directory's own name, as if it were a file in it. */
function isOwnEnd(directory: string, name: string): boolean {
  if (name !== basename(directory)) return false;
  try {
    return lstatSync(join(directory, name), { throwIfNoEntry: false }) === undefined;
  } catch {
    // A file, a loop or something closed has its place: then it is not the directory that it was.
    return true;
  }
}

function agentIn(key: string): string | null {
  return key.startsWith('agent:') ? key.slice('agent:'.length) : null;
}
