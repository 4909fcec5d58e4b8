import { cp, mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach } from 'vitest';
import { type Clock, loadConfig, type Settings } from '../../../src/base/index.js';
import { type Logger, silentLog } from '../../../src/base/log.js';
import { type RunningServer, startServer } from '../../../src/server/index.js';
import type { AlertPlaces } from '../../../src/server/alerts.js';
import type { RuntimePlaces } from '../../../src/server/runtimes.js';
import { quietAlerts } from '../../support/quiet-alerts.js';

const FIXTURE = fileURLToPath(new URL('../../fixtures/office', import.meta.url));

const cleanups: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

/** Does something after the test, before what was arranged earlier (the workspace is removed last). */
export function cleanLater(cleanup: () => Promise<unknown>): void {
  cleanups.push(cleanup);
}

/** A copy of the fixture workspace, removed after the test. */
export async function officeCopy(): Promise<string> {
  const root = await emptyDirectory();
  await cp(FIXTURE, root, { recursive: true });
  return root;
}

/** An empty directory, removed after the test. */
export async function emptyDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'mc-server-'));
  cleanups.push(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

/** Settings as a user would have them who asked for free ports. */
export async function settingsWith(changes: Partial<Settings> = {}): Promise<Settings> {
  const { values } = await loadConfig({ flags: { port: 0, wsPort: 0 }, env: {}, home: '/nonexistent' });
  return { ...values, ...changes };
}

export interface Office {
  root: string;
  server: RunningServer;
  /** The REST port. */
  port: number;
  get: (path: string, headers?: Record<string, string>) => Promise<Answer>;
  send: (method: string, path: string, body?: unknown, headers?: Record<string, string>) => Promise<Answer>;
}

export interface Answer {
  status: number;
  headers: Headers;
  /** Parsed JSON; whatever the test expects of it. */
  // biome-ignore lint/suspicious/noExplicitAny: a test says itself what it expects
  body: any;
  text: string;
}

interface OfficeOptions {
  root?: string;
  settings?: Partial<Settings>;
  clock?: Clock;
  tokensFile?: string;
  alertsFile?: string;
  log?: Logger;
  /** Where alerts are kept, the user's rules, and the clock of durations. */
  alerts?: AlertPlaces;
  runtimes?: RuntimePlaces;
}

/** A server over a copy of the fixture (or a given workspace), stopped after the test. */
export async function startOffice(options: OfficeOptions = {}): Promise<Office> {
  const office = await runOffice({ ...options, root: options.root ?? (await officeCopy()) });
  cleanups.push(() => office.server.stop());
  return office;
}

/** The same for all tests of a file: whoever starts it stops it. */
export async function startSharedOffice(
  options: Pick<OfficeOptions, 'alertsFile' | 'clock' | 'log' | 'runtimes'> = {},
): Promise<{ office: Office; stop: () => Promise<void> }> {
  const root = await mkdtemp(join(tmpdir(), 'mc-server-'));
  await cp(FIXTURE, root, { recursive: true });
  const office = await runOffice({ ...options, root });
  const stop = async () => {
    await office.server.stop();
    await rm(root, { recursive: true, force: true });
  };
  return { office, stop };
}

async function runOffice({
  root,
  settings,
  clock,
  tokensFile,
  alertsFile = quietAlerts(),
  log = silentLog(),
  alerts = {},
  runtimes,
}: OfficeOptions & { root: string }): Promise<Office> {
  const server = await startServer({
    workspace: root,
    settings: await settingsWith(settings),
    log,
    ...alerts,
    ...(clock ? { clock } : {}),
    ...(tokensFile ? { tokensFile } : {}),
    alertsFile,
    ...(runtimes ? { runtimes } : {}),
  });
  return {
    root,
    server,
    port: Number(new URL(server.http).port),
    get: (path, headers = {}) => call(server.http, 'GET', path, headers),
    send: (method, path, body, headers = {}) => call(server.http, method, path, headers, body),
  };
}

async function call(
  url: string,
  method: string,
  path: string,
  headers: Record<string, string>,
  body?: unknown,
): Promise<Answer> {
  const response = await fetch(`${url}${path}`, {
    method,
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.startsWith('application/json') ?? false;
  return { status: response.status, headers: response.headers, text, body: isJson && text ? JSON.parse(text) : null };
}

/** Sends bytes as they are and gives everything that comes back until the server hangs up (or `until` is seen). */
export function rawExchange(port: number, request: string, until?: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let received = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(request));
    socket.setEncoding('utf8');
    socket.on('data', (chunk: string) => {
      received += chunk;
      if (until !== undefined && received.includes(until)) socket.destroy();
    });
    socket.on('error', reject);
    socket.on('close', () => resolve(received));
  });
}
