import { readFile } from 'node:fs/promises';
import { Flags } from '@oclif/core';
import type { FlagInput } from '@oclif/core/interfaces';
import {
  type Config,
  errnoOf,
  flagOf,
  McError,
  type Origin,
  SETTING_KEYS,
  type SettingKey,
  settingOf,
  settleConfig,
} from '../base/index.js';
import { formatDuration } from '../protocol/index.js';

/** Flags that every command has. */
export const GLOBAL_FLAGS = {
  json: Flags.boolean({ description: 'Print one JSON document (streams: one a line)', helpGroup: 'GLOBAL' }),
  quiet: Flags.boolean({ char: 'q', description: 'Print no notes', helpGroup: 'GLOBAL' }),
  debug: Flags.boolean({ description: 'Show stack traces of errors', helpGroup: 'GLOBAL' }),
  workspace: Flags.string({
    char: 'w',
    helpValue: 'DIR',
    description: 'The workspace [env: MC_WORKSPACE; default: ~/.openclaw/workspace]',
    helpGroup: 'GLOBAL',
  }),
  server: Flags.string({
    helpValue: 'URL',
    description: 'The server to talk to [env: MC_SERVER; default: that of the workspace, else http://127.0.0.1:8080]',
    helpGroup: 'GLOBAL',
  }),
  timeout: Flags.string({
    helpValue: 'DURATION',
    description: 'How long the server may take to answer [env: MC_TIMEOUT; default: 30s]',
    helpGroup: 'GLOBAL',
  }),
  token: Flags.string({ helpValue: 'TOKEN', description: 'Access token [env: MC_TOKEN]', helpGroup: 'GLOBAL' }),
  'token-file': Flags.string({
    helpValue: 'FILE',
    description: 'Read the access token from a file [env: MC_TOKEN_FILE]',
    helpGroup: 'GLOBAL',
    exclusive: ['token'],
  }),
};

/** Of commands that follow the event stream. */
export const STREAM_FLAG = {
  stream: Flags.string({
    helpValue: 'URL',
    description: 'The event stream, where it is not the one that the server names [env: MC_STREAM]',
  }),
};

/** Flags of the settings that are not global flags, made from the table of settings. Values stay text: the table reads them. */
export function settingFlags(): FlagInput {
  const keys = SETTING_KEYS.filter((key) => !Object.hasOwn({ ...GLOBAL_FLAGS, ...STREAM_FLAG }, key));
  return Object.fromEntries(keys.map((key) => [flagOf(key), settingFlag(key)]));
}

/**
 * Settles the configuration from parsed flags, environment and files; what is wrong in the latter two are its faults.
 * @throws McError `usage` for a flag or a token file, naming what was found and what is accepted
 */
export async function configOf(flags: Record<string, unknown>, env: NodeJS.ProcessEnv): Promise<Config> {
  const given: Partial<Record<SettingKey, unknown>> = {};
  for (const key of SETTING_KEYS) {
    const value = flags[flagOf(key)];
    if (value !== undefined) given[key] = Array.isArray(value) ? value.join(',') : value;
  }
  const config = await settleConfig({ flags: given, env });
  const { tokenFile } = config.values;
  if (tokenFile === null || outranks(config, 'token', 'tokenFile')) {
    const { token } = config.values;
    return token === null ? config : { ...config, values: { ...config.values, token: cleanToken(token, config) } };
  }
  return {
    ...config,
    values: { ...config.values, token: await readToken(tokenFile) },
    origins: { ...config.origins, token: config.origins.tokenFile },
  };
}

const RANKS: readonly Origin['kind'][] = ['flag', 'env', 'workspace file', 'user file'];

/** Whether a setting was given in a place that counts for as much or more than that of another. */
function outranks({ origins }: Config, one: SettingKey, other: SettingKey): boolean {
  const rank = (key: SettingKey) => RANKS.indexOf(origins[key].kind);
  return rank(one) !== -1 && rank(one) <= rank(other);
}

function settingFlag(key: SettingKey): FlagInput[string] {
  const setting = settingOf(key);
  const description = describe(key);
  if (setting.kind === 'boolean') return Flags.boolean({ description, allowNo: setting.default });
  if (setting.kind === 'list') return Flags.string({ description, helpValue: 'VALUE', multiple: true });
  return Flags.string({ description, helpValue: helpValueOf(key) });
}

function describe(key: SettingKey): string {
  const setting = settingOf(key);
  const choices = setting.kind === 'choice' ? ` (${setting.choices.join(', ')})` : '';
  const said = setting.description + choices;
  const env = `env: MC_${flagOf(key).replaceAll('-', '_').toUpperCase()}`;
  if (setting.default === null || setting.kind === 'list' || setting.kind === 'boolean') return `${said} [${env}]`;
  const value = setting.kind === 'duration' ? formatDuration(setting.default) : String(setting.default);
  return `${said} [${env}; default: ${value}]`;
}

function helpValueOf(key: SettingKey): string {
  const { kind } = settingOf(key);
  if (kind === 'integer' || kind === 'number') return 'N';
  return kind === 'duration' ? 'DURATION' : kind === 'choice' ? 'WORD' : 'TEXT';
}

/** Shells and files leave a line end behind; anything else that no header can hold was not a token. @throws McError `usage` */
function cleanToken(text: string, { origins }: Config): string {
  const token = text.trim();
  if (/^[\u0021-\u007e]+$/.test(token)) return token;
  throw new McError('usage', `${origins.token.name ?? 'the token'} holds characters that no token has`, {
    hint: 'tokens are printable ASCII without blanks, as mc token create prints them',
  });
}

async function readToken(path: string): Promise<string> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new McError('usage', `the token file ${path} cannot be read (${errnoOf(error) ?? 'unknown reason'})`, {
      hint: 'write the token into it, mode 0600, or give --token',
      cause: error,
    });
  });
  if (text.trim() === '')
    throw new McError('usage', `the token file ${path} is empty`, { hint: 'write the token into it' });
  return text.trim();
}
