import { appendFile, mkdir, readFile, rename, utimes, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { type WorkspaceLayout, workspaceLayout } from '../base/index.js';
import { introductionOf, type Player, stateFile, stateOf } from './player.js';

/** Writes the demo's files. Nothing is fsynced: the workspace does not outlive the process. */
export interface DemoFiles {
  /** Everything of one agent for the first time. */
  introduce(player: Player, now: number): Promise<void>;
  /** The agent's state over what its file says already. */
  writeState(player: Player, now: number): Promise<void>;
  writeOffice(players: readonly Player[], now: number): Promise<void>;
  readQueue(): Promise<string>;
  writeQueue(text: string): Promise<void>;
  appendMemory(player: Player, line: string, now: number): Promise<void>;
}

/** Silent agents gave their last sign this long ago. */
const SILENT_MS = 25 * 60_000;
/** The office has room for this many; the rest of a large fleet has no place in it. */
const OFFICE_PLACES = 100;
/** Share of the writes that go in place, as careless scripts do it. */
const IN_PLACE = 0.2;

/** The files of the workspace at `root`. */
export function demoFiles(root: string, random: () => number): DemoFiles {
  const layout = workspaceLayout(root);
  let turn = 0;

  /** Mostly by atomic rename, sometimes in place. */
  async function write(path: string, text: string): Promise<void> {
    if (random() < IN_PLACE) return writeFile(path, text);
    turn += 1;
    const aside = join(dirname(path), `.${basename(path)}.${turn}.mc-tmp`);
    await writeFile(aside, text);
    await rename(aside, path);
  }

  return {
    async introduce(player, now) {
      const directory = join(layout.agents, player.id);
      await mkdir(directory, { recursive: true });
      const files = { ...introductionOf(player) };
      const file = stateFile(player);
      if (file) files[file] = toJson(stateOf(player, now));
      for (const [name, text] of Object.entries(files)) {
        await writeFile(join(directory, name), text);
        if (player.temper === 'silent') await age(join(directory, name), now - SILENT_MS);
      }
    },
    async writeState(player, now) {
      const file = stateFile(player);
      if (!file) return;
      const path = join(layout.agents, player.id, file);
      await write(path, toJson({ ...(await readObject(path)), ...stateOf(player, now) }));
    },
    writeOffice: (players, now) => write(layout.office, toJson(officeOf(players, now))),
    readQueue: () => readFile(queuePath(layout), 'utf8'),
    writeQueue: (text) => write(queuePath(layout), text),
    async appendMemory(player, line, now) {
      const directory = join(layout.agents, player.id, 'memory');
      await mkdir(directory, { recursive: true });
      await appendFile(join(directory, `${new Date(now).toISOString().slice(0, 10)}.md`), line);
    },
  };
}

function officeOf(players: readonly Player[], now: number): Record<string, unknown> {
  const time = new Date(now);
  return {
    timestamp: time.toISOString(),
    hour: time.getUTCHours(),
    state: 'deep_work',
    zone: 'command_center',
    description: 'An ordinary day in the demo office',
    positions: Object.fromEntries(players.slice(0, OFFICE_PLACES).map((player) => [player.id, player.zone])),
  };
}

function queuePath(layout: WorkspaceLayout): string {
  return layout.taskFiles['mission-control/TASK_QUEUE.md'];
}

async function age(path: string, ms: number): Promise<void> {
  await utimes(path, ms / 1000, ms / 1000);
}

async function readObject(path: string): Promise<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(await readFile(path, 'utf8'));
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : {};
  } catch {
    return {};
  }
}

function toJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
