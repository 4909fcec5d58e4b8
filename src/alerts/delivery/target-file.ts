import { randomBytes } from 'node:crypto';
import { acquireLock, McError, suggest, writeFileAtomic } from '../../base/index.js';
import { type AlertsFileReader, type AlertsFileSeen, readAlertsFile } from '../file.js';
import { type KeptTarget, parseTarget, parseTargets } from './target-list.js';
import type { Target } from './target.js';

export { alertsFilePath } from '../file.js';
export type { KeptTarget } from './target-list.js';
export { neededSecret, parseAddress, shownTarget } from './target.js';

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

/** Adds a target. @throws McError `config.invalid`, `usage` for a name that is taken, `busy` */
export async function addTarget(path: string, target: KeptTarget): Promise<Target> {
  const parsed = parseTarget(target, 'the new target');
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
  await changeTargets(path, (targets) => {
    mustHave(targets, name);
    return targets.map((target) => {
      if (target.name !== name) return target;
      const { paused: _, ...rest } = target;
      return paused ? { ...rest, paused } : rest;
    });
  });
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
