import { randomBytes } from 'node:crypto';
import { dirname } from 'node:path';
import { acquireLock, McError, suggest, writeFileAtomic } from '../../base/index.js';
import { type AlertsFileReader, type AlertsFileSeen, readAlertsFile } from '../file.js';
import { type KeptTarget, parseTarget, parseTargets } from './target-list.js';
import type { Secret, Target } from './target.js';

export { alertsFilePath } from '../file.js';
export type { KeptTarget } from './target-list.js';
export { neededSecret, parseAddress, shownTarget } from './target.js';

/** Read from the left without going back. */
const BASE64 = /^(?:[A-Za-z\d+/]{4})+(?:[A-Za-z\d+/]{2}==|[A-Za-z\d+/]{3}=)?$/;
const MODE = 0o600;

/** The targets of the user's `alerts.json`; none when there is no file. @throws McError `config.invalid` */
export function readTargets(path: string): Target[] {
  return parseTargets(readAlertsFile(path)?.targets, path);
}

/** Targets as they are now, and what is wrong with their file. */
export interface TargetBook {
  /** The last that made sense: what is wrong with the file silences nobody who was told before. */
  targets(): readonly Target[];
  /** Null: nothing. */
  error(): string | null;
}

/**
 * The targets of a file as they are now: who adds one need not restart the server. Never throws: a file that makes no sense
 * is reported by `error`.
 */
export function createTargetBook(reader: AlertsFileReader): TargetBook {
  let targets: readonly Target[] = [];
  let error: string | null = null;
  let last: AlertsFileSeen | null = null;
  const look = (): void => {
    const seen = reader.look();
    if (seen === last) return;
    last = seen;
    try {
      if (seen.error !== null) throw seen.error;
      targets = parseTargets(seen.content?.targets, reader.path ?? '');
      error = null;
    } catch (thrown) {
      error = thrown instanceof Error ? thrown.message : String(thrown);
    }
  };
  return {
    targets: () => (look(), targets),
    error: () => (look(), error),
  };
}

/** Adds a target. @throws McError `config.invalid`, `usage` for a name that is taken or a secret that cannot sign, `busy` */
export async function addTarget(path: string, target: KeptTarget): Promise<Target> {
  const parsed = parseTarget(target, 'the new target', dirname(path));
  if (parsed.address.kind === 'webhook') parsed.secrets.forEach(mustSign);
  await changeTargets(path, (targets) => {
    if (targets.some(({ name }) => name === target.name)) {
      throw new McError('usage', `there is a target "${target.name}" already`, {
        hint: `take another name, or first mc alerts target remove ${target.name}`,
      });
    }
    return [...targets, target];
  });
  return parsed;
}

/** Removes a target. @throws McError `target.not_found`, `config.invalid`, `busy` */
export async function removeTarget(path: string, name: string): Promise<void> {
  await changeTargets(path, (targets) => {
    mustHave(targets, name);
    return targets.filter((target) => target.name !== name);
  });
}

/** Pauses a target, or goes on with it. @throws McError `target.not_found`, `config.invalid`, `busy` */
export async function pauseTarget(path: string, name: string, paused: boolean): Promise<void> {
  await changeTarget(path, name, (target) => {
    const { paused: _, ...rest } = target;
    return paused ? { ...rest, paused } : rest;
  });
}

/**
 * Gives a webhook another secret to sign with, before the one that it has: both sign until `endRotation`.
 * @throws McError `target.not_found`, `config.invalid`, `busy`, `usage` for a target that is not a webhook or has two
 *   already, or for a secret that cannot sign
 */
export async function rotateSecret(path: string, name: string, secret: Secret): Promise<void> {
  mustSign(secret);
  await changeTarget(path, name, (target) => {
    const { address, secrets } = parseTarget(target, `${path}: the target "${name}"`, dirname(path));
    if (address.kind !== 'webhook') {
      throw new McError('usage', `${name} is a target of the form ${address.kind}: nothing that goes there is signed`, {
        hint: `its secret is made by who receives it; put the new one where it stands, or remove ${name} and add it again`,
      });
    }
    if (secrets.length > 1) {
      throw new McError('usage', `${name} has two secrets already: the last change of its secret has not ended`, {
        hint: `when its receiver verifies by the newer one: mc alerts target rotate ${name} --finish`,
      });
    }
    const [old] = secretList(target.secret);
    return { ...target, secret: old === undefined ? secret : [secret, old] };
  });
}

/** Takes the older of two secrets away. @throws McError as `rotateSecret`; `usage` for a target that has not two */
export async function endRotation(path: string, name: string): Promise<void> {
  await changeTarget(path, name, (target) => {
    const [newest, old] = secretList(target.secret);
    if (newest === undefined || old === undefined) {
      throw new McError('usage', `${name} has not two secrets: there is nothing to finish`, {
        hint: `mc alerts target rotate ${name} begins to change its secret`,
      });
    }
    return { ...target, secret: newest };
  });
}

/** A text that cannot sign would keep every message from being sent. What stands elsewhere is seen when it is used. */
function mustSign(secret: Secret): void {
  if (typeof secret !== 'string' || BASE64.test(secret.replace(/^whsec_/, ''))) return;
  throw new McError('usage', 'the secret cannot sign: it is not base64, with or without whsec_ before it', {
    hint: 'leave the secret away: one is made and shown',
  });
}

function secretList(secret: KeptTarget['secret']): Secret[] {
  return secret === undefined ? [] : Array.isArray(secret) ? secret : [secret];
}

/** A secret to sign with, as receivers of Standard Webhooks take it. */
export function newSigningSecret(): string {
  return `whsec_${randomBytes(32).toString('base64')}`;
}

/** The target of a name. @throws McError `target.not_found` with the nearest one */
export function mustHave<T extends { name: string }>(targets: readonly T[], name: string): T {
  const found = targets.find((target) => target.name === name);
  if (found) return found;
  const [near] = suggest(
    name,
    targets.map((target) => target.name),
  );
  throw new McError('target.not_found', `there is no target "${name}"`, {
    hint: near === undefined ? 'mc alerts target list' : `did you mean ${near}?`,
  });
}

async function changeTarget(path: string, name: string, change: (target: KeptTarget) => KeptTarget): Promise<void> {
  await changeTargets(path, (targets) => {
    mustHave(targets, name);
    return targets.map((target) => (target.name === name ? change(target) : target));
  });
}

/** Everything else that stands in the file stays as it is. */
async function changeTargets(path: string, change: (targets: KeptTarget[]) => KeptTarget[]): Promise<void> {
  const lock = await acquireLock(`${path}.lock`, 'mc alerts target');
  try {
    const { targets, ...others } = readAlertsFile(path) ?? { targets: [] };
    parseTargets(targets, path);
    const changed = { ...others, targets: change((targets ?? []) as KeptTarget[]) };
    parseTargets(changed.targets, path);
    await writeFileAtomic(path, `${JSON.stringify(changed, null, 2)}\n`, { mode: MODE });
  } finally {
    await lock.release();
  }
}
