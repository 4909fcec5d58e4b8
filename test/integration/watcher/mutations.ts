import {
  appendFileSync,
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { execFileSync } from 'node:child_process';
import { basename, dirname, join, relative } from 'node:path';

/** A sequence of numbers from 0 to 1 that depends on its seed alone (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** Does one random thing to a workspace, as an agent might, and says what it was. Made for a copy of `fixture` at `root`. */
export interface Mutator {
  next(): string;
}

const OWN = ['state.json', 'agent.json', 'SOUL.md', 'IDENTITY.md', 'HEARTBEAT.md', 'memory/a.md', 'tasks/t.json'];
const SHARED = ['current_office_state.json', 'TASK_QUEUE.md', 'TASK_QUEUE.json', 'PENDING_TASKS.md'];
const WORDS = ['idle', 'busy', 'active', 'error', 'offline', 'paused'];

export function createMutator(fixture: string, root: string, outside: string, random: () => number): Mutator {
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T;
  const control = join(root, 'mission-control');
  const agents = join(control, 'agents');
  mkdirSync(join(outside, 'agent/memory'), { recursive: true });
  writeFileSync(join(outside, 'agent/state.json'), '{"status":"busy","secret":"outside"}');
  mkdirSync(join(root, 'store'), { recursive: true });

  const ids = () => readdirSync(existsSync(agents) ? agents : root).filter((name) => !name.startsWith('.'));
  const someAgent = () => join(agents, pick([...ids(), 'builder', 'fresh', 'two\nlines', 'n'.repeat(255)]));
  const someFile = () => (random() < 0.8 ? join(someAgent(), pick(OWN)) : join(control, pick(SHARED)));
  const someDirectory = () => (random() < 0.6 ? someAgent() : join(someAgent(), pick(['memory', 'tasks'])));
  const some = () => (random() < 0.75 ? someFile() : someDirectory());
  const clear = (path: string) => {
    rmSync(path, { recursive: true, force: true });
    mkdirSync(dirname(path), { recursive: true });
    return path;
  };
  const put = (path: string, content: string | Buffer) => {
    if (lstatSync(path, { throwIfNoEntry: false })?.isFile() !== true) clear(path);
    writeFileSync(path, content);
  };
  /** Only these may be opened here: a FIFO would wait, a device never ends. */
  const plain = (path: string) => {
    const stats = statSync(path);
    if (!stats.isFile() || stats.size > 1e6) throw new Error('not a plain file');
    return path;
  };
  const stateOf = () =>
    JSON.stringify({ status: pick(WORDS), current_tasks: [`t${Math.floor(random() * 9)}`], tasks_completed: 3 });

  const kinds: Record<string, (path: string) => void> = {
    truncate: (path) => truncateSync(plain(path), Math.floor(random() * 40)),
    flip: (path) => {
      const bytes = readFileSync(plain(path));
      if (bytes.length > 0) bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256);
      writeFileSync(path, bytes);
    },
    junk: (path) =>
      appendFileSync(plain(path), Buffer.from(Array.from({ length: 30 }, () => Math.floor(random() * 256)))),
    state: () => put(join(someAgent(), 'state.json'), stateOf()),
    swap: () => {
      const path = join(someAgent(), 'state.json');
      put(`${path}.tmp`, stateOf());
      renameSync(`${path}.tmp`, path);
    },
    directory: (path) => mkdirSync(clear(path)),
    file: () => writeFileSync(clear(someDirectory()), 'in the place of a directory'),
    fifo: (path) => execFileSync('mkfifo', [clear(path)]),
    device: (path) => symlinkSync('/dev/zero', clear(path)),
    linkInside: () => {
      const path = someFile();
      const target = join(root, 'store', `${Math.floor(random() * 5)}-${basename(path)}`);
      put(target, path.endsWith('.json') ? stateOf() : `# S${Math.floor(random() * 99)}\n- [ ] one\n`);
      symlinkSync(relative(dirname(path), target), clear(path));
    },
    linkedWrite: () => {
      const name = pick(readdirSync(join(root, 'store')));
      put(
        join(root, 'store', name),
        name.endsWith('.json') ? stateOf() : `# W${Math.floor(random() * 99)}\n- [ ] two\n`,
      );
    },
    linkAgent: () => symlinkSync(basename(someAgent()), clear(someAgent())),
    linkOutside: (path) =>
      symlinkSync(join(outside, path.endsWith('.json') ? 'agent/state.json' : 'agent'), clear(path)),
    linkDangling: (path) => symlinkSync('nowhere/at/all', clear(path)),
    linkLoop: (path) => symlinkSync(basename(path), clear(path)),
    chmod: (path) => chmodSync(path, pick([0o000, 0o200, 0o444, 0o644, 0o755, 0o755])),
    delete: (path) => rmSync(path, { recursive: true }),
    rename: (path) => renameSync(path, join(dirname(path), pick(['state.json', 'soul.md', 'x', 'memory', 'SOUL.md']))),
    renameDirectory: () => renameSync(someDirectory(), join(agents, pick(['fresh', 'other', 'api', 'seller']))),
    exchange: () => {
      const [one, other, aside] = [someDirectory(), someDirectory(), join(root, 'aside')];
      renameSync(one, aside);
      renameSync(other, one);
      renameSync(aside, other);
    },
    times: (path) => {
      const time = pick([9e12, -9e12, 1e11, -1e9, 0, Date.now() / 1000 + 86_400, Date.now() / 1000]);
      utimesSync(path, time, time);
    },
    sparse: (path) => truncateSync(plain(path), 5e9),
    hugeLine: (path) => put(path, `${pick(['', '- [ ] ', '{"status":"'])}${'x'.repeat(300_000)}`),
    deep: () => mkdirSync(join(someAgent(), 'memory', 'd/'.repeat(400)), { recursive: true }),
    agentsGone: () => {
      if (random() > 0.15) return;
      renameSync(agents, join(root, 'agents-aside'));
      if (random() < 0.5) put(agents, 'a file');
      rmSync(agents, { recursive: true, force: true });
      renameSync(join(root, 'agents-aside'), agents);
    },
    mend: () => cpSync(join(fixture, 'mission-control/agents'), clear(agents), { recursive: true }),
    mendShared: () => {
      const name = pick(SHARED);
      cpSync(join(fixture, 'mission-control', name), clear(join(control, name)));
    },
    mendAgent: () => {
      const id = pick(readdirSync(join(fixture, 'mission-control/agents')));
      cpSync(join(fixture, 'mission-control/agents', id), clear(join(agents, id)), { recursive: true });
    },
  };
  const names = [
    ...Object.keys(kinds).filter((name) => name !== 'mend'),
    'mendAgent',
    'mendAgent',
    'state',
    'linkedWrite',
  ];

  return {
    next() {
      const kind = random() < 0.004 ? 'mend' : pick(names);
      const path = some();
      try {
        kinds[kind]?.(path);
        return `${kind} ${relative(root, path)}`;
      } catch (error) {
        return `${kind} ${relative(root, path)}: ${(error as NodeJS.ErrnoException).code ?? String(error)}`;
      }
    },
  };
}
