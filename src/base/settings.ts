import { RUNTIME_NAMES } from '../protocol/index.js';
import type { Definition } from './setting-kinds.js';

const DAY = 86_400_000;

/**
 * Every setting, under its key in config files. The flag is the key in kebab case, the environment variable the same in
 * capitals behind `MC_`. Flags, environment, files, `mc config` and the docs are all made from this table.
 */
export const SETTINGS = {
  workspace: { kind: 'string', default: null, description: 'The workspace to watch', door: true },
  server: { kind: 'string', default: null, description: 'URL of the server that commands talk to', door: true },
  stream: {
    kind: 'string',
    default: null,
    description: 'URL of that server’s event stream, where it is not the one that the server names',
    door: true,
  },
  timeout: {
    kind: 'duration',
    min: 1,
    max: 24 * DAY,
    default: 30_000,
    description: 'How long that server may take to answer',
    door: true,
  },
  token: { kind: 'string', default: null, description: 'Access token', door: true, secret: true },
  tokenFile: { kind: 'string', default: null, description: 'File that holds the access token', door: true, path: true },
  host: { kind: 'string', default: '127.0.0.1', description: 'Address to listen on', door: true },
  port: {
    kind: 'integer',
    min: 0,
    max: 65_535,
    default: 8080,
    description: 'Port of the REST API; 0 picks a free one',
  },
  wsPort: {
    kind: 'integer',
    min: 0,
    max: 65_535,
    default: 8765,
    description: 'Port of the WebSocket; 0 picks a free one',
  },
  allowOrigin: {
    kind: 'list',
    default: [],
    description: 'Further origins whose pages may read, write and connect',
    door: true,
  },
  allowAnonymous: {
    kind: 'boolean',
    default: false,
    description: 'Let everyone in without a token even when the server listens beyond this machine',
    door: true,
  },
  requireToken: {
    kind: 'boolean',
    default: false,
    description: 'Require a token from every client, local ones too',
    door: true,
  },
  tlsCert: {
    kind: 'string',
    default: null,
    description: 'Certificate chain (PEM file): serve https and wss',
    door: true,
    path: true,
  },
  tlsKey: {
    kind: 'string',
    default: null,
    description: 'Private key of the certificate (PEM file)',
    door: true,
    path: true,
  },
  allowFile: {
    kind: 'list',
    default: [],
    description: 'Hidden or secret-looking files that may be browsed and read all the same: names or paths, with *',
    door: true,
  },
  rateLimit: {
    kind: 'integer',
    min: 1,
    max: 1_000_000,
    default: 200,
    description: 'Requests per second from one remote client; a local one may send 100 times as many',
  },
  staleAfter: {
    kind: 'duration',
    min: 1000,
    max: 365 * DAY,
    default: 600_000,
    description: 'A working agent without a sign of life for this long is stale',
  },
  watch: {
    kind: 'choice',
    choices: ['auto', 'native', 'poll'],
    default: 'auto',
    description:
      'How changes of files are seen: reported by the system, or by looking every second (for bind mounts, WSL)',
  },
  runtimes: {
    kind: 'list',
    words: ['all', 'none', ...RUNTIME_NAMES],
    default: ['all'],
    description: `Whose own records are read: all, none, or some of ${RUNTIME_NAMES.join(', ')}`,
    door: true,
  },
  runtimeRoots: {
    kind: 'list',
    default: [],
    description: 'Where a runtime keeps its records, when not where it does by itself: codex=~/other/.codex',
    door: true,
  },
  prices: {
    kind: 'string',
    default: null,
    description: 'Prices of models (JSON file); prices.json beside the user’s config file',
    door: true,
    path: true,
  },
  maxClients: { kind: 'integer', min: 1, max: 100_000, default: 10_000, description: 'WebSocket clients at once' },
  collectInterval: {
    kind: 'duration',
    min: 1000,
    max: DAY,
    default: 60_000,
    description: 'Time between two collections of metrics',
  },
  retainRaw: {
    kind: 'duration',
    min: 3_600_000,
    max: 36_500 * DAY,
    default: 14 * DAY,
    description: 'How long samples of metrics are kept',
  },
  retainMinutes: {
    kind: 'duration',
    min: DAY,
    max: 36_500 * DAY,
    default: 90 * DAY,
    description: 'How long figures of 5 minutes are kept',
  },
  retainHours: {
    kind: 'duration',
    min: DAY,
    max: 36_500 * DAY,
    default: 730 * DAY,
    description: 'How long figures of an hour are kept; those of a day are kept for ever',
  },
  retainEvents: {
    kind: 'duration',
    min: 3_600_000,
    max: 36_500 * DAY,
    default: 90 * DAY,
    description: 'How long the event log is kept',
  },
  noBackups: {
    kind: 'boolean',
    default: false,
    description: 'No scheduled backups; commands and routes still make them',
  },
  backupInterval: {
    kind: 'duration',
    min: 60_000,
    max: 365 * DAY,
    default: 21_600_000,
    description: 'How often a scheduled backup is made, when anything has changed',
  },
  backupKeepWithin: {
    kind: 'duration',
    min: 0,
    max: 3650 * DAY,
    default: 7 * DAY,
    description: 'Backups younger than this are kept',
  },
  backupKeepLast: {
    kind: 'integer',
    min: 1,
    max: 10_000,
    default: 3,
    description: 'The last backups of a kind are kept',
  },
  backupKeepDaily: { kind: 'integer', min: 0, max: 10_000, default: 0, description: 'Daily backups to keep' },
  backupKeepWeekly: {
    kind: 'integer',
    min: 0,
    max: 10_000,
    default: 0,
    description: 'Weekly backups to keep',
  },
  backupKeepMonthly: {
    kind: 'integer',
    min: 0,
    max: 10_000,
    default: 0,
    description: 'Monthly backups to keep',
  },
  backupInclude: {
    kind: 'list',
    default: ['*.md', 'memory', '.mcignore'],
    description: 'Top files of the workspace that backups take, beside all of mission-control/',
  },
  backupExclude: { kind: 'list', default: [], description: 'What backups leave out, as in .gitignore' },
  includeSecrets: {
    kind: 'boolean',
    default: false,
    description: 'Backups take .env files, keys and the like as well',
    door: true,
  },
  alertsFile: {
    kind: 'string',
    default: null,
    description: 'Rules of alerts and where they go (JSON file); alerts.json beside the user’s config file',
    door: true,
    path: true,
  },
  alertmanagerUrl: {
    kind: 'list',
    default: [],
    description: 'URLs of Alertmanagers that hear of every alert',
    door: true,
  },
  smtpUrl: {
    kind: 'string',
    default: null,
    description: 'Mail server for alerts: smtp://user:password@host:587 or smtps://…',
    door: true,
    secret: true,
  },
  smtpFrom: { kind: 'string', default: null, description: 'Sender of mails about alerts', door: true },
  demo: { kind: 'boolean', default: false, description: 'Serve a throw-away workspace with a simulated fleet' },
  demoAgents: { kind: 'integer', min: 1, max: 5000, default: 12, description: 'Agents of the demo fleet' },
  demoRate: { kind: 'number', min: 0.01, max: 1000, default: 1, description: 'Changes a second in the demo fleet' },
  logLevel: {
    kind: 'choice',
    choices: ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'],
    default: 'info',
    description: 'How much the server logs',
  },
  logFormat: { kind: 'choice', choices: ['pretty', 'json'], default: 'pretty', description: 'Log format on stderr' },
  logFile: {
    kind: 'string',
    default: null,
    description: 'File that is logged to, as lines of JSON, instead of stderr',
    door: true,
    path: true,
  },
  logMaxMb: {
    kind: 'integer',
    min: 1,
    max: 10_000,
    default: 10,
    description: 'Size in MiB at which a log file is followed by a new one, which it is at midnight as well',
  },
  logKeep: { kind: 'integer', min: 1, max: 1000, default: 9, description: 'Older log files that are kept' },
} as const satisfies Record<string, Definition>;

export type SettingKey = keyof typeof SETTINGS;
type Held<D> = D extends { kind: 'string'; default: null }
  ? string | null
  : D extends { kind: 'string' | 'choice' }
    ? string
    : D extends { kind: 'boolean' }
      ? boolean
      : D extends { kind: 'list' }
        ? readonly string[]
        : number;

/** All settings with their values. Durations in milliseconds. */
export type Settings = { [K in SettingKey]: Held<(typeof SETTINGS)[K]> };
export type SettingValue = string | number | boolean | readonly string[] | null;

export const SETTING_KEYS = Object.keys(SETTINGS) as SettingKey[];

/** The definition under a key, in its general type. */
export function settingOf(key: SettingKey): Definition {
  return SETTINGS[key];
}

/** `wsPort` → `ws-port`. */
export function flagOf(key: SettingKey): string {
  return key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** `wsPort` → `MC_WS_PORT`. */
export function envOf(key: SettingKey): string {
  return `MC_${flagOf(key).replaceAll('-', '_').toUpperCase()}`;
}
