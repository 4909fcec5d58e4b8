import { constants } from 'node:fs';
import { access, readFile, statfs } from 'node:fs/promises';
import { homeDirectory, type McError, nodeFault, type WorkspaceLayout } from '../../base/index.js';
import type { DatedBackup } from '../../protocol/index.js';
import type { ArchiveOnRecord } from './archives.js';

/** How the doctor looks at this machine; each can be another's in a test. */
export interface DoctorProbes {
  /** Milliseconds since the epoch. */
  now: () => number;
  /** How long an answer of the server may take, in milliseconds. */
  answerMs: number;
  /** Rejects when this user may not read and write it. */
  access: (path: string) => Promise<void>;
  /** Bytes that this user may still write there. */
  freeBytes: (path: string) => Promise<number>;
  /** The kernel's limits of watches; null where it has none or does not tell. */
  watchLimits: () => Promise<{ watches: number; instances: number } | null>;
  /** How many directories of a workspace the server watches, and names in it that somebody mistook. */
  watched: (root: string) => Promise<{ directories: number; mistaken: { path: string; meant: string }[] }>;
  /** What is wrong with this Node.js, or null. */
  nodeFault: () => McError | null;
  /** What SQLite finds wrong with a database; empty when nothing is. */
  databaseFaults: (path: string) => Promise<string[]>;
  /** The full backups on record. */
  backups: (layout: WorkspaceLayout) => Promise<(DatedBackup & { id: string })[]>;
  /** What is on record about their archives. */
  archives: (layout: WorkspaceLayout) => Promise<ArchiveOnRecord[]>;
  /** The scopes of the tokens that a server here lets in. @throws McError for a file that is not to be trusted */
  tokens: () => Promise<string[]>;
  /** The targets of alerts in the user's file. @throws McError for a file that makes no sense */
  targets: () => Promise<string[]>;
  env: NodeJS.ProcessEnv;
  /** Null: there is none. */
  home: string | null;
}

/** What the rooms above hand in. */
type RoomProbes = Pick<DoctorProbes, 'databaseFaults' | 'watched' | 'backups' | 'archives' | 'tokens' | 'targets'>;

/** The probes of the machine this runs on. */
export function machineProbes(own: RoomProbes): DoctorProbes {
  return {
    now: Date.now,
    answerMs: 5000,
    access: (path) => access(path, constants.R_OK | constants.W_OK),
    freeBytes: async (path) => {
      const { bavail, bsize } = await statfs(path);
      return bavail * bsize;
    },
    watchLimits: async () => {
      const [watches, instances] = await Promise.all([readLimit('max_user_watches'), readLimit('max_user_instances')]);
      return watches === null || instances === null ? null : { watches, instances };
    },
    nodeFault: () => nodeFault(),
    env: process.env,
    home: homeOrNull(),
    ...own,
  };
}

async function readLimit(name: string): Promise<number | null> {
  const text = await readFile(`/proc/sys/fs/inotify/${name}`, 'utf8').catch(() => '');
  return text.trim() === '' ? null : Number(text);
}

function homeOrNull(): string | null {
  try {
    return homeDirectory();
  } catch {
    return null;
  }
}
