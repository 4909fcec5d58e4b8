import { realpath, stat } from 'node:fs/promises';
import {
  type Config,
  findServerRecord,
  isAlive,
  McError,
  readLock,
  type ServerRecord,
  serverRecords,
  serversDirectory,
  workspaceLayout,
} from '../../base/index.js';
import { quote } from '../quote.js';

/**
 * Where a server may be, and how we came to it. `named`: the user says so. `record`: a server of this user left it, and has
 * to prove that it is the one. `default`: any process may listen there.
 */
export type Candidate =
  | { by: 'named'; http: string }
  | { by: 'record'; http: string; ws: string; record: ServerRecord }
  | { by: 'default'; http: string };

/**
 * The server that a command is to talk to: the one that was named (flag, environment, the user's file), else the one of
 * this user that serves the workspace, else what is at the default address. Nothing that stands in the workspace leads
 * anywhere: agents write it.
 * @throws McError `usage` for a URL that is not one, `workspace.missing`, `server.unreachable` when there is nobody to ask
 */
export async function findServer(config: Config): Promise<Candidate> {
  const named = namedServer(config);
  if (named !== null) return { by: 'named', http: readServerUrl(named) };
  const directory = serversDirectory();
  const own = await findServerRecord(directory, config.workspace);
  if (own) return found(own);
  await mustHaveWorkspace(config);
  // A port that the workspace's file names is where its server is to listen, not where anybody is believed.
  const port = config.origins.port.kind === 'workspace file' ? null : config.values.port || 8080;
  if (port === null) throw await nobody(config);
  const http = `http://127.0.0.1:${port}`;
  const there = (await serverRecords(directory)).find((record) => reachable(record.http) === http);
  if (!there) return { by: 'default', http };
  if (isNamed(config) && there.workspace !== (await realOf(config.workspace))) throw servesAnother(config, http);
  return found(there);
}

/**
 * The server that the user named; null: none. What is named nearer counts: a workspace on the command line is meant here,
 * whatever server the config file has.
 */
export function namedServer({ values, origins }: Config): string | null {
  return origins.server.kind === 'user file' && origins.workspace.kind === 'flag' ? null : values.server;
}

/** Whether the user said which workspace is meant. */
export function isNamed({ origins }: Config): boolean {
  return origins.workspace.kind !== 'default';
}

/** The same path, links resolved. */
export function realOf(path: string): Promise<string> {
  return realpath(path).catch(() => path);
}

/** The error for a server of another workspace at the default address. */
export function servesAnother(config: Config, http: string): McError {
  return new McError(
    'server.unreachable',
    `no server runs for ${config.workspace}: that at ${http} serves another workspace`,
    {
      hint: `start one with: mc start --workspace ${quote(config.workspace)} --port 0 --ws-port 0, or name it with --server`,
    },
  );
}

/**
 * @throws McError `workspace.missing` where a workspace is needed and there is none. The default one need not be there:
 *   whoever tries `mc serve --demo` has none
 */
export async function mustHaveWorkspace(config: Config, { evenDefault = false } = {}): Promise<void> {
  if (!evenDefault && !isNamed(config)) return;
  const { root, missionControl } = workspaceLayout(config.workspace);
  const there = await stat(missionControl).catch(() => null);
  if (there?.isDirectory()) return;
  throw new McError('workspace.missing', `no workspace at ${root}: there is no directory ${missionControl}`, {
    hint: `make one with mc init ${quote(root)}, or name another with --workspace`,
  });
}

/** What to type for a workspace without a server: start one, or where there is one that we cannot know, name it. */
export async function startHint(config: Config): Promise<string> {
  const layout = workspaceLayout(config.workspace);
  const holder = await readLock(layout.serverLock);
  if (holder && (await isAlive(holder))) {
    return `its lock names process ${holder.pid} on ${holder.host}, which left no record with you: name that server with --server http://HOST:PORT`;
  }
  const there = await stat(layout.missionControl).catch(() => null);
  if (!there?.isDirectory()) return 'see a made-up fleet with mc serve --demo, or make a workspace with mc init';
  return `start one with: mc start --workspace ${quote(config.workspace)}, or mc serve to see it run`;
}

async function nobody(config: Config): Promise<McError> {
  return new McError('server.unreachable', `no server runs for ${config.workspace}`, { hint: await startHint(config) });
}

/** The server that a record tells of, as a client reaches it. */
export function found(record: ServerRecord): Candidate {
  return { by: 'record', http: reachable(record.http), ws: reachable(record.ws), record };
}

/** A server that listens everywhere says so; from this machine it is at loopback. */
function reachable(text: string): string {
  const url = new URL(text);
  if (url.hostname === '0.0.0.0') url.hostname = '127.0.0.1';
  if (url.hostname === '[::]') url.hostname = '[::1]';
  return url.href.replace(/\/+$/, '');
}

const HOST_AND_PORT = /^(?:[\w.-]+|\[[0-9a-f:]+\]):\d{1,5}$/i;

/** Reads `--server`; `localhost:8080` is meant as http. @throws McError `usage` */
function readServerUrl(text: string): string {
  const full = HOST_AND_PORT.test(text) ? `http://${text}` : text;
  const url = URL.canParse(full) ? new URL(full) : null;
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return (url.origin + url.pathname).replace(/\/+$/, '');
  if (url?.protocol === 'ws:' || url?.protocol === 'wss:') {
    throw new McError('usage', `"${text}" is the address of an event stream, not of a server`, {
      hint: 'give the one that mc serve prints as REST, as in --server http://127.0.0.1:8080; the stream has --stream',
    });
  }
  throw new McError('usage', `"${text}" is not a server URL`, { hint: 'write it as http://127.0.0.1:8080' });
}
