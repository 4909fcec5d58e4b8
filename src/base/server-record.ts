import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { readdir, realpath, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomic } from './atomic.js';
import { stateDirectory } from './layout.js';
import { identity, isAlive, isHolder, type LockHolder } from './lock-holder.js';
import { makeOwnDirectory, readOwn } from './own-files.js';

/**
 * What a running server leaves in its user's own directory, where nothing that agents write can lead: who it is, where it
 * listens, and a key with which it proves to a client of the same user that it is the one.
 */
export interface ServerRecord {
  /** The process, told from another that got the same pid later. */
  holder: LockHolder;
  /** Real path. */
  workspace: string;
  /** Names this life of the server. */
  epoch: string;
  /** As the server has them, no trailing slash. */
  http: string;
  ws: string;
  /** 256 random bits, hex. */
  key: string;
}

/** A record that was written: `remove` takes it away if it is still ours. */
export interface KeptRecord {
  remove(): Promise<void>;
}

/** The directory of the user's server records. @throws McError `config.invalid` as `stateDirectory` */
export function serversDirectory(env: NodeJS.ProcessEnv = process.env, home?: string): string {
  return join(stateDirectory(env, home), 'servers');
}

/** A key for one life of a server. */
export function newServerKey(): string {
  return randomBytes(32).toString('hex');
}

/**
 * What a server answers to a client's nonce: only who holds the key can say it, and it counts for this nonce, this life
 * and this address alone. Hex.
 */
export function proveIdentity(
  key: string,
  { nonce, epoch, http }: { nonce: string; epoch: string; http: string },
): string {
  return createHmac('sha256', key).update(['mission-control-identity', nonce, epoch, http].join('\n')).digest('hex');
}

/** Whether a proof is the one that the record's server would give. */
export function isProof(record: ServerRecord, nonce: string, proof: unknown): boolean {
  if (typeof proof !== 'string' || !/^[0-9a-f]{64}$/.test(proof)) return false;
  const expected = proveIdentity(record.key, { nonce, epoch: record.epoch, http: record.http });
  return timingSafeEqual(Buffer.from(proof, 'hex'), Buffer.from(expected, 'hex'));
}

/**
 * Writes a server's record: mode 0600 in a directory of mode 0700.
 * @throws McError `config.invalid` for a directory that others can write; the system's error where it cannot be written
 */
export async function keepServerRecord(
  directory: string,
  record: Omit<ServerRecord, 'holder' | 'workspace'> & { workspace: string },
  now: number,
): Promise<KeptRecord> {
  await makeOwnDirectory(directory);
  const workspace = await realOf(record.workspace);
  const holder = { ...(await identity()), since: new Date(now).toISOString(), purpose: 'mc serve', details: {} };
  const path = join(directory, fileOf(workspace, holder.host));
  await writeFileAtomic(path, `${JSON.stringify({ ...record, workspace, holder })}\n`, { mode: 0o600 });
  return { remove: () => removeRecord(path, record.epoch) };
}

/** Takes a record away that its server has left behind, unless another server has written its own by now. */
export function dropServerRecord(directory: string, { workspace, holder, epoch }: ServerRecord): Promise<void> {
  return removeRecord(join(directory, fileOf(workspace, holder.host)), epoch);
}

async function removeRecord(path: string, epoch: string): Promise<void> {
  if ((await readRecord(path))?.epoch === epoch) await rm(path, { force: true });
}

/** The record of the server that serves a workspace; null when none of this user's, on this machine, lives. */
export async function findServerRecord(directory: string, workspace: string): Promise<ServerRecord | null> {
  return living(await lastServerRecord(directory, workspace));
}

/** The same, of a server that has ended without taking its record away too. */
export async function lastServerRecord(directory: string, workspace: string): Promise<ServerRecord | null> {
  const { host } = await identity();
  return readRecord(join(directory, fileOf(await realOf(workspace), host)));
}

/** Every server of this user on this machine that lives. */
export async function serverRecords(directory: string): Promise<ServerRecord[]> {
  const names = (await readdir(directory).catch(() => [])).filter((name) => NAME.test(name));
  const records = await Promise.all(names.map(async (name) => living(await readRecord(join(directory, name)))));
  return records.flatMap((record) => record ?? []);
}

const NAME = /^[0-9a-f]{32}\.json$/;

/**
 * What a workspace is called in the user's own directory. A home may be shared by machines: each has records of its own.
 * `workspace`: its real path.
 */
export function workspaceKey(workspace: string, host: string): string {
  return createHash('sha256').update(`${host}\n${workspace}`).digest('hex').slice(0, 32);
}

function fileOf(workspace: string, host: string): string {
  return `${workspaceKey(workspace, host)}.json`;
}

async function living(record: ServerRecord | null): Promise<ServerRecord | null> {
  if (record === null || record.holder.host !== (await identity()).host) return null;
  return (await isAlive(record.holder)) ? record : null;
}

/** A record that another process could have written is not one. */
async function readRecord(path: string): Promise<ServerRecord | null> {
  const value = await readOwn(path);
  return isRecord(value) ? value : null;
}

function isRecord(value: unknown): value is ServerRecord {
  if (typeof value !== 'object' || value === null) return false;
  const { holder, workspace, epoch, http, ws, key } = value as Record<string, unknown>;
  const texts = [workspace, epoch, http, ws, key].every((text) => typeof text === 'string' && text !== '');
  return texts && isHolder(holder) && URL.canParse(String(http)) && URL.canParse(String(ws));
}

function realOf(path: string): Promise<string> {
  return realpath(path).catch(() => path);
}
