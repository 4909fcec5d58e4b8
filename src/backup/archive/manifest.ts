import { McError } from '../../base/index.js';
import type { BackupProblem, BackupType } from '../../protocol/index.js';
import type { Rules } from '../tree/rules.js';
import { hasTooManyValues, MANIFEST_PATTERNS, MEMBER_BYTES, MOST_ENTRIES } from '../tree/limits.js';
import { isOneName } from '../tree/paths.js';

/** One file, directory or link of an archive. `path` is relative to the workspace, with `/`. */
export interface ManifestFile {
  path: string;
  type: 'file' | 'directory' | 'symlink';
  /** Bytes in the archive. */
  size: number;
  /** Permission bits. */
  mode: number;
  /** ISO 8601 UTC with milliseconds. */
  mtime: string;
  /** Of a file's bytes as they are in the archive; null for what is not a file. */
  sha256: string | null;
  agent: string | null;
  uid: number;
  gid: number;
  /** Where a link points. */
  link?: string;
  /** A consistent copy of an SQLite database. */
  database?: true;
  /** The raw bytes of a database that could not be copied: what SQLite makes of them is not known. */
  raw?: true;
  changed_while_read?: true;
  /** Says whether the file on disk is still the one that was packed; absent when that could not be said safely. */
  identity?: string;
}

/** One gzip member of the archive: whole tar entries, or a part of a large one. */
export interface ManifestMember {
  offset: number;
  length: number;
  /** Bytes after inflating. */
  size: number;
  /** Of the compressed bytes. */
  sha256: string;
  /** Index in `files` of the first entry that begins here; of the entry it continues when `count` is 0. */
  first: number;
  count: number;
}

/** `manifest.json`, the last entry of an archive: what is in it, and where. */
export interface Manifest {
  format: typeof FORMAT;
  version: 1;
  tool: string;
  id: string;
  type: Exclude<BackupType, 'snapshot'>;
  agent: string | null;
  label: string | null;
  created_at: string;
  duration_ms: number;
  workspace: string;
  partial: boolean;
  problems: BackupProblem[];
  /** What decided which files belong: a restore with `--delete` asks them again. */
  rules: Rules;
  files: ManifestFile[];
  members: ManifestMember[];
}

export const FORMAT = 'mission-control-backup';

/**
 * Reads a manifest, believing nothing that later code depends on.
 * @throws McError `backup.corrupt`
 */
export function parseManifest(text: Buffer): Manifest {
  if (hasTooManyValues(text)) throw new McError('backup.corrupt', 'the manifest holds more than any backup: a bomb');
  let value: unknown;
  try {
    value = JSON.parse(text.toString('utf8'));
  } catch (cause) {
    throw new McError('backup.corrupt', 'the manifest is not JSON', { cause });
  }
  if (!isManifest(value)) throw new McError('backup.corrupt', 'the manifest does not have the form of one');
  return value;
}

function isManifest(value: unknown): value is Manifest {
  const manifest = value as Partial<Manifest> | null;
  return (
    typeof manifest === 'object' &&
    manifest !== null &&
    manifest.format === FORMAT &&
    manifest.version === 1 &&
    isText(manifest.id) &&
    isOwner(manifest) &&
    (manifest.label === null || isText(manifest.label)) &&
    isTime(manifest.created_at) &&
    isCount(manifest.duration_ms) &&
    typeof manifest.partial === 'boolean' &&
    isListOf(manifest.problems, isProblem) &&
    isRules(manifest.rules) &&
    isListOf(manifest.files, isFile) &&
    manifest.files.length <= MOST_ENTRIES &&
    isListOf(manifest.members, isMember) &&
    isTiled(manifest as Manifest)
  );
}

/** The agent becomes a part of paths and file names. */
function isOwner({ type, agent }: Partial<Manifest>): boolean {
  return type === 'agent_state' ? isText(agent) && isOneName(agent) : type === 'full' && agent === null;
}

function isProblem(value: unknown): value is BackupProblem {
  const problem = value as Partial<BackupProblem> | null;
  return isText(problem?.path) && isText(problem.kind) && isText(problem.reason);
}

function isRules(value: unknown): value is Rules {
  const rules = value as Partial<Rules> | null | undefined;
  return (
    isListOf(rules?.include, isText) &&
    isListOf(rules?.exclude, isText) &&
    isListOf(rules?.ignore, isIgnoreFile) &&
    patternsOf(rules as Rules) <= MANIFEST_PATTERNS &&
    typeof rules?.secrets === 'boolean'
  );
}

/** Each is asked of every path that a restore with `--delete` finds. */
function patternsOf({ include, exclude, ignore }: Rules): number {
  return include.length + exclude.length + ignore.reduce((sum, { lines }) => sum + lines.length, 0);
}

function isIgnoreFile(value: unknown): value is Rules['ignore'][number] {
  const file = value as Partial<Rules['ignore'][number]> | null;
  return isText(file?.base) && isListOf(file.lines, isText);
}

/** Every entry begins in exactly one member, in order: nothing is listed that no member holds. */
function isTiled({ files, members }: Manifest): boolean {
  let next = 0;
  for (const { first, count } of members) {
    if (count === 0 ? first !== next - 1 : first !== next) return false;
    next += count;
  }
  return next === files.length;
}

function isFile(value: unknown): value is ManifestFile {
  const file = value as Partial<ManifestFile> | null;
  return (
    typeof file === 'object' &&
    file !== null &&
    isText(file.path) &&
    isCount(file.size) &&
    isCount(file.mode) &&
    isTime(file.mtime) &&
    isUser(file.uid) &&
    isUser(file.gid) &&
    (file.type === 'file'
      ? isText(file.sha256)
      : file.type === 'directory' || (file.type === 'symlink' && isText(file.link)))
  );
}

function isMember(value: unknown): value is ManifestMember {
  const member = value as Partial<ManifestMember> | null;
  return (
    typeof member === 'object' &&
    member !== null &&
    isCount(member.offset) &&
    isCount(member.length) &&
    isCount(member.size) &&
    Math.max(member.length, member.size) <= MEMBER_BYTES &&
    isCount(member.first) &&
    isCount(member.count) &&
    isText(member.sha256)
  );
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

/** What the system takes as the number of a user or a group. */
function isUser(value: unknown): value is number {
  return isCount(value) && value <= 0xffffffff;
}

/** As we write them: catalogues sort by this text. */
function isTime(value: unknown): value is string {
  if (!isText(value)) return false;
  const at = Date.parse(value);
  return !Number.isNaN(at) && new Date(at).toISOString() === value;
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isListOf<T>(value: unknown, isOne: (item: unknown) => item is T): value is T[] {
  return Array.isArray(value) && value.every(isOne);
}
