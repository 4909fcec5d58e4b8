import { readFile, writeFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { McError } from '../base/index.js';
import { encodeHead, endOfArchive, paddingOf } from './archive/entry.js';
import { isAgentId } from './ids.js';
import { sha256Of } from './pack.js';
import type { InspectionSummary } from './tasks.js';

const OTHER_CHECKSUM = 'does not have the checksum recorded for it';

/** A snapshot's content: `{timestamp, agents: {id: state}, office_state}`. */
export interface SnapshotContent {
  agents: Record<string, unknown>;
  office_state: unknown;
}

/**
 * Reads what a snapshot's bytes say.
 * @throws McError `backup.corrupt` when it is not what it should be
 */
function parseSnapshot(bytes: Buffer): SnapshotContent {
  let value: Partial<SnapshotContent> | null;
  try {
    value = JSON.parse(bytes.toString('utf8')) as Partial<SnapshotContent> | null;
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
  const checksum = sha256Of(bytes);
  const errors = expected !== '' && expected !== checksum ? [`the snapshot ${OTHER_CHECKSUM}`] : [];
  let files = 0;
  try {
    files = Object.keys(parseSnapshot(bytes).agents).length;
  } catch (error) {
    errors.push((error as Error).message);
  }
  return { errors, notes: [], checksum, bytes: bytes.length, files, deep: true, type: null, agent: null };
}

/**
 * Writes a snapshot as an archive of the files it stands for, so that it is restored like one.
 * @throws McError `backup.corrupt` when it is not what it should be, or not what was recorded when it was made
 */
export async function snapshotToArchive(path: string, expected: string, archive: string, atMs: number): Promise<void> {
  const bytes = await readFile(path);
  if (expected !== '' && expected !== sha256Of(bytes)) throw corrupt(OTHER_CHECKSUM);
  const { agents, office_state } = parseSnapshot(bytes);
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

function corrupt(message: string): McError {
  return new McError('backup.corrupt', `the snapshot ${message}`, {
    hint: 'nothing was restored; mc backup list shows other backups, mc backup verify --all which are sound',
  });
}
