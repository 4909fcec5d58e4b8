import { agentPath, LAYOUT } from '../../protocol/index.js';
import { readFile, writeFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { McError } from '../../base/index.js';
import { encodeHead, endOfArchive, paddingOf } from '../archive/entry.js';
import { sha256Of } from '../archive/member.js';
import type { InspectionSummary } from '../jobs/jobs.js';
import { membersOf, skipBlank } from '../../workspace/index.js';
import { isOneName } from '../tree/paths.js';

const OTHER_CHECKSUM = 'does not have the checksum recorded for it';

/** A snapshot's content, `{timestamp, agents: {id: state}, office_state}`: the texts of the files, as they stand in it. */
interface SnapshotTexts {
  agents: Map<string, string>;
  /** Null: it holds none. */
  office: string | null;
}

/**
 * Reads what a snapshot's bytes say. Values are taken as text: read and written again, a number of more than 15 digits would
 * be another.
 * @throws McError `backup.corrupt` when it is not what it should be
 */
function parseSnapshot(bytes: Buffer): SnapshotTexts {
  const text = bytes.toString('utf8');
  let value: { agents?: unknown } | null;
  try {
    value = JSON.parse(text) as typeof value;
  } catch (error) {
    throw corrupt(`is not JSON: ${(error as Error).message}`);
  }
  const agents = value?.agents;
  if (typeof agents !== 'object' || agents === null || Array.isArray(agents)) throw corrupt('holds no agents');
  const strange = Object.keys(agents).find((id) => !isOneName(id));
  if (strange !== undefined) throw corrupt(`names an agent ${JSON.stringify(strange)}`);
  const top = textsIn(text, skipBlank(text, 0));
  const office = top.get('office_state') ?? 'null';
  return { agents: textsIn(top.get('agents') ?? '{}', 0), office: office === 'null' ? null : office };
}

/** The members of an object, each as its text; of several with one name the last, as everywhere. */
function textsIn(text: string, at: number): Map<string, string> {
  const texts = new Map<string, string>();
  for (const { rawKey, value } of membersOf(text, at)) {
    texts.set(JSON.parse(rawKey) as string, text.slice(value.start, value.end));
  }
  return texts;
}

/** What is wrong with a snapshot, in the form in which archives are inspected. */
export async function checkSnapshot(path: string, expected: string): Promise<InspectionSummary> {
  const bytes = await readFile(path);
  const checksum = sha256Of(bytes);
  const errors = expected !== '' && expected !== checksum ? [`the snapshot ${OTHER_CHECKSUM}`] : [];
  let files = 0;
  try {
    files = parseSnapshot(bytes).agents.size;
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
  const { agents, office } = parseSnapshot(bytes);
  const blocks: Buffer[] = [];
  const add = (name: string, text: string) => {
    const body = Buffer.from(`${text}\n`);
    const uid = process.getuid?.() ?? 0;
    const gid = process.getgid?.() ?? 0;
    const head = { path: name, type: 'file', size: body.length, mode: 0o644, mtimeMs: atMs, uid, gid } as const;
    blocks.push(encodeHead(head), body, Buffer.alloc(paddingOf(body.length)));
  };
  for (const [agent, state] of agents) add(agentPath(agent, 'state.json'), state);
  if (office !== null) add(LAYOUT.office, office);
  await writeFile(archive, gzipSync(Buffer.concat([...blocks, endOfArchive()])), { mode: 0o600 });
}

function corrupt(message: string): McError {
  return new McError('backup.corrupt', `the snapshot ${message}`, {
    hint: 'nothing was restored; mc backup list shows other backups, mc backup verify --all which are sound',
  });
}
