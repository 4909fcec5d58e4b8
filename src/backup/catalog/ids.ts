import { McError } from '../../base/index.js';
import type { BackupType } from '../../protocol/index.js';
import { isOneName } from '../tree/paths.js';

/** What an archive's or a snapshot's file name says. Names are not trusted beyond this. */
export interface BackupName {
  id: string;
  type: BackupType;
  agent: string | null;
  imported: boolean;
  /** The name has milliseconds, as the names that we give have. */
  ours: boolean;
  /** Milliseconds since the epoch: UTC for our ids (they have milliseconds), local time for old ones. */
  at: number;
}

const STAMP = String.raw`(\d{8}_\d{6}(?:_\d{3})?)`;
const ARCHIVE = new RegExp(String.raw`^(imported_)?(?:backup|agent_([^/]+))_${STAMP}\.tar\.gz$`);
const SNAPSHOT = new RegExp(String.raw`^snapshot_${STAMP}\.json$`);

/** `20261123_033945_267`: the UTC form of a moment, as ids carry it. */
export function stampOf(at: number): string {
  const [date = '', time = ''] = new Date(at).toISOString().split('T');
  return `${date.replaceAll('-', '')}_${time.slice(0, 8).replaceAll(':', '')}_${time.slice(9, 12)}`;
}

/** The id of a backup made at a moment. */
export function backupId(type: BackupType, at: number, agent: string | null): string {
  if (type === 'snapshot') return `snapshot_${stampOf(at)}`;
  return type === 'agent_state' ? `${agent}_${stampOf(at)}` : stampOf(at);
}

/** The file name of a backup made at a moment. */
export function backupFileName(type: BackupType, at: number, agent: string | null, imported = false): string {
  const stamp = stampOf(at);
  if (type === 'snapshot') return `snapshot_${stamp}.json`;
  const name = type === 'agent_state' ? `agent_${agent}_${stamp}.tar.gz` : `backup_${stamp}.tar.gz`;
  return imported ? `imported_${name}` : name;
}

/** What a file system takes as a name, in bytes. */
const NAME_BYTES = 255;

/**
 * Refuses an agent whose name leaves no room for the rest of a backup's.
 * @throws McError `input.invalid`
 */
export function requireFits(name: string, agent: string): void {
  if (Buffer.byteLength(name) <= NAME_BYTES) return;
  throw new McError('input.invalid', `the agent’s name is too long for a backup of its own: ${agent.slice(0, 40)}…`, {
    hint: 'a full backup holds it: mc backup create, then mc backup restore latest --agent NAME',
  });
}

/** Reads a file name in `mission-control/backups`; null when it is not one of ours or the old system's. */
export function parseBackupName(name: string): BackupName | null {
  const archive = ARCHIVE.exec(name);
  if (archive?.[3]) {
    const agent = archive[2] ?? null;
    const at = readStamp(archive[3]);
    if (at === null || (agent !== null && !isOneName(agent))) return null;
    const id = agent === null ? archive[3] : `${agent}_${archive[3]}`;
    const imported = archive[1] !== undefined;
    return { id, type: agent === null ? 'full' : 'agent_state', agent, imported, ours: archive[3].length > 15, at };
  }
  const snapshot = SNAPSHOT.exec(name);
  const at = snapshot?.[1] ? readStamp(snapshot[1]) : null;
  if (at === null) return null;
  const id = name.slice(0, -'.json'.length);
  return { id, type: 'snapshot', agent: null, imported: false, ours: (snapshot?.[1]?.length ?? 0) > 15, at };
}

function readStamp(stamp: string): number | null {
  const digits = /^(\d{4})(\d\d)(\d\d)_(\d\d)(\d\d)(\d\d)(?:_(\d{3}))?$/.exec(stamp);
  if (!digits) return null;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, milli] = digits.slice(1).map(Number);
  const ours = digits[7] !== undefined;
  const at = ours
    ? Date.UTC(year, month - 1, day, hour, minute, second, milli)
    : new Date(year, month - 1, day, hour, minute, second).getTime();
  return Number.isNaN(at) || month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 ? null : at;
}
