import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { McError } from '../base/index.js';
import { encodeHead, endOfArchive, paddingOf } from './archive/entry.js';
import { isAgentId } from './ids.js';
import type { InspectionSummary } from './tasks.js';

/** A snapshot's content: `{timestamp, agents: {id: state}, office_state}`. */
export interface SnapshotContent {
  agents: Record<string, unknown>;
  office_state: unknown;
}

/**
 * Reads a snapshot.
 * @throws McError `backup.corrupt` when it is not what it should be
 */
export async function readSnapshot(path: string): Promise<SnapshotContent> {
  const corrupt = (message: string) => new McError('backup.corrupt', `the snapshot ${message}`);
  let value: Partial<SnapshotContent> | null;
  try {
    value = JSON.parse(await readFile(path, 'utf8')) as Partial<SnapshotContent> | null;
  } catch (error) {
    throw corrupt(`is not JSON: ${(error as Error).message}`);
  }
  if (typeof value?.agents !== 'object' || value.agents === null || Array.isArray(value.agents)) {
    throw corrupt('holds no agents');
  }
  const strange = Object.keys(value.agents).find((id) => !isAgentId(id));
  if (strange !== undefined) throw corrupt(`names an agent ${JSON.stringify(strange)}`);
  return { agents: value.agents, office_state: value.office_state ?? null };
}

/** What is wrong with a snapshot, in the form in which archives are inspected. */
export async function checkSnapshot(path: string, expected: string): Promise<InspectionSummary> {
  const bytes = await readFile(path);
  const checksum = createHash('sha256').update(bytes).digest('hex');
  const errors = expected !== '' && expected !== checksum ? ['the snapshot’s checksum is not the one recorded'] : [];
  let files = 0;
  try {
    files = Object.keys((await readSnapshot(path)).agents).length;
  } catch (error) {
    errors.push((error as Error).message);
  }
  return { errors, notes: [], checksum, bytes: bytes.length, files, deep: true, type: null, agent: null };
}

/** Writes a snapshot as an archive of the files it stands for, so that it is restored like one. */
export async function snapshotToArchive(path: string, archive: string, atMs: number): Promise<void> {
  const { agents, office_state } = await readSnapshot(path);
  const blocks: Buffer[] = [];
  const add = (name: string, value: unknown) => {
    const body = Buffer.from(`${JSON.stringify(value, null, 2)}\n`);
    const uid = process.getuid?.() ?? 0;
    const gid = process.getgid?.() ?? 0;
    const head = { path: name, type: 'file', size: body.length, mode: 0o644, mtimeMs: atMs, uid, gid } as const;
    blocks.push(encodeHead(head), body, Buffer.alloc(paddingOf(body.length)));
  };
  for (const [agent, state] of Object.entries(agents)) add(`mission-control/agents/${agent}/state.json`, state);
  if (office_state !== null) add('mission-control/current_office_state.json', office_state);
  await writeFile(archive, gzipSync(Buffer.concat([...blocks, endOfArchive()])), { mode: 0o600 });
}
