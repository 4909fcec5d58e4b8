import { dirname, resolve } from 'node:path';
import { McError, suggest } from '../../base/index.js';
import { ALERT_SEVERITIES, type AlertSeverity } from '../../protocol/index.js';
import { parseQuiet, type Quiet } from './quiet.js';
import { type Address, parseAddress, type Secret, type Target } from './target.js';

/** A target as it stands in `alerts.json`. */
export interface KeptTarget {
  name: string;
  url: string;
  secret?: Secret | Secret[];
  level?: AlertSeverity;
  rules?: string[];
  agents?: string[];
  quiet?: string;
  private?: boolean;
  fallback?: boolean;
  paused?: boolean;
}

const KEYS = ['name', 'url', 'secret', 'level', 'rules', 'agents', 'quiet', 'private', 'fallback', 'paused'] as const;
const MOST_TARGETS = 100;
const MOST_WORDS = 200;

/**
 * Reads `targets` of `alerts.json`. `path`: of that file; it begins each message, and files of secrets that are not absolute lie
 * beside it.
 * @throws McError `config.invalid` naming the target, the key and what is accepted, never a value: it may be a secret
 */
export function parseTargets(value: unknown, path: string): Target[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw invalid(`${path}: "targets" is not a list`);
  if (value.length > MOST_TARGETS) throw invalid(`${path}: "targets" holds more than ${MOST_TARGETS}`);
  const targets = value.map((entry: unknown, at) => parseTarget(entry, `${path}: targets[${at}]`, dirname(path)));
  const names = new Set<string>();
  for (const { name } of targets) {
    if (names.has(name)) throw invalid(`${path}: two targets are called "${name}"`, 'give each its own name');
    names.add(name);
  }
  return targets;
}

/** Reads one target; `directory`: of the file that it stands in. @throws McError `config.invalid` as `parseTargets` */
export function parseTarget(entry: unknown, where: string, directory: string): Target {
  if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) throw invalid(`${where} is not an object`);
  const fields = entry as Record<string, unknown>;
  const name = fields.name;
  if (typeof name !== 'string' || !isTargetName(name)) {
    throw invalid(`${where}: "name" is not a name`, 'lower case letters, digits and -, at most 63');
  }
  const at = `${where} (${name})`;
  for (const key of Object.keys(fields)) if (!(KEYS as readonly string[]).includes(key)) throw unknownKey(at, key);
  if (typeof fields.url !== 'string') throw invalid(`${at}: "url" is not a text`);
  const isPrivate = flag(fields, 'private', at);
  return {
    name,
    url: fields.url,
    address: addressOf(fields.url, isPrivate, at),
    secrets: secretsOf(fields.secret, at).map((secret) => within(secret, directory)),
    level: levelOf(fields.level, at),
    rules: wordsOf(fields, 'rules', at),
    agents: wordsOf(fields, 'agents', at),
    quiet: quietOf(fields.quiet, at),
    private: isPrivate,
    fallback: flag(fields, 'fallback', at),
    paused: flag(fields, 'paused', at),
  };
}

/** What can be a label, a file and an argument everywhere. `alertmanager` is what the list of Alertmanagers is called. */
function isTargetName(name: string): boolean {
  return /^[a-z\d][a-z\d-]{0,62}$/.test(name) && name !== 'alertmanager';
}

function addressOf(url: string, isPrivate: boolean, at: string): Address {
  let address: Address;
  try {
    address = parseAddress(url);
  } catch (error) {
    if (!(error instanceof McError)) throw error;
    throw invalid(`${at}: ${error.message}`, error.hint ?? undefined);
  }
  const isOpen = address.endpoint?.startsWith('http:') === true;
  // An Apprise server is the user's own, as is an Alertmanager.
  if (!isOpen || isPrivate || address.kind === 'apprise') return address;
  throw invalid(`${at}: http:// tells everyone on the way`, 'write https://, or allow it with "private": true');
}

function secretsOf(value: unknown, at: string): Secret[] {
  if (value === undefined) return [];
  const list = Array.isArray(value) ? (value as unknown[]) : [value];
  if (list.length >= 1 && list.length <= 2 && list.every(isSecret)) return list;
  throw invalid(`${at}: "secret" is not a secret`, 'a text, {"env":"NAME"}, {"file":"PATH"}, or two of them in a list');
}

function isSecret(value: unknown): value is Secret {
  if (typeof value === 'string') return value !== '' && value.length <= 8192;
  if (typeof value !== 'object' || value === null || Object.keys(value).length !== 1) return false;
  const { env, file } = value as { env?: unknown; file?: unknown };
  return (typeof env === 'string' && /^[A-Za-z_]\w*$/.test(env)) || (typeof file === 'string' && isPath(file));
}

function isPath(file: string): boolean {
  return file !== '' && file.length <= 4096 && !file.includes('\0');
}

/** A file that is not absolute lies in that directory, wherever the server was started. */
function within(secret: Secret, directory: string): Secret {
  return typeof secret === 'object' && 'file' in secret ? { file: resolve(directory, secret.file) } : secret;
}

function levelOf(value: unknown, at: string): AlertSeverity {
  if (value === undefined) return 'warning';
  const level = ALERT_SEVERITIES.find((known) => known === value);
  if (level !== undefined) return level;
  throw invalid(`${at}: "level" is not a severity`, `accepted: ${ALERT_SEVERITIES.join(', ')}`);
}

function wordsOf(fields: Record<string, unknown>, key: 'rules' | 'agents', at: string): string[] {
  const value = fields[key] ?? [];
  const isList = Array.isArray(value) && value.length <= MOST_WORDS;
  if (isList && value.every((word) => typeof word === 'string' && word !== '' && word.length <= 255)) return value;
  throw invalid(`${at}: "${key}" is not a list of texts`);
}

function quietOf(value: unknown, at: string): Quiet | null {
  if (value === undefined) return null;
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const quiet = typeof value === 'string' && value.length <= 500 ? parseQuiet(value, zone) : null;
  if (quiet !== null) return quiet;
  throw invalid(`${at}: "quiet" makes no sense`, 'write it as "22:00-07:00 Europe/Berlin; sat,sun"');
}

function flag(fields: Record<string, unknown>, key: 'private' | 'fallback' | 'paused', at: string): boolean {
  const value = fields[key] ?? false;
  if (typeof value === 'boolean') return value;
  throw invalid(`${at}: "${key}" is not true or false`);
}

function unknownKey(at: string, key: string): McError {
  const [near] = suggest(key, KEYS);
  const hint = `${near === undefined ? '' : `did you mean "${near}"? `}its keys are ${KEYS.join(', ')}`;
  return invalid(`${at}: there is no key "${key.slice(0, 80)}"`, hint);
}

function invalid(message: string, hint = 'mend the file, or make the target anew with mc alerts target add'): McError {
  return new McError('config.invalid', message, { hint });
}
