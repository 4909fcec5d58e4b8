import { readFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { createInterface } from 'node:readline';
import { text as textOf } from 'node:stream/consumers';
import { type Config, errnoOf, McError } from '../../base/index.js';
import { RestError, UnreachableError } from '../../client/index.js';
import { ROUTES } from '../../protocol/index.js';
import { cleanJson } from '../clean.js';
import { LONG_WORK_MS, type Server } from './reach.js';

/** One call, as `mc api` was given it. */
export interface ApiCall {
  method: string;
  /** Begins with `/`. */
  path: string;
  /** undefined: none. */
  body: unknown;
}

interface Given {
  method: string | undefined;
  /** JSON, `@FILE`, or `-` for stdin. */
  data: string | undefined;
}

/**
 * Reads what `mc api` was given: a body makes it a POST, as with curl.
 * @throws McError `usage` for a URL instead of a path, a body that is not JSON, a file that cannot be read
 */
export async function readApiCall(
  path: string,
  { method, data }: Given,
  stdin: NodeJS.ReadableStream,
): Promise<ApiCall> {
  if (/^[a-z][a-z0-9+.-]*:|^\/\//i.test(path)) {
    throw new McError('usage', `"${path}" is not a path`, {
      hint: 'write it as /api/agents; the server is named with --server, so that the token goes nowhere else',
    });
  }
  const body = data === undefined ? undefined : readJson(await readData(data, stdin));
  const verb = method?.toUpperCase() ?? (body === undefined ? 'GET' : 'POST');
  return { method: verb, path: path.startsWith('/') ? path : `/${path}`, body };
}

/**
 * How long the answer may take, in milliseconds: unless somebody says otherwise a question is answered at once or never, and a
 * backup or a restore when it is done.
 */
export function limitOf({ method }: ApiCall, { origins, values }: Config): number {
  const asks = method === 'GET' || method === 'HEAD';
  return asks || origins.timeout.kind !== 'default' ? values.timeout : LONG_WORK_MS;
}

/** Whether the answer never ends by itself. */
export function isStream({ path }: ApiCall): boolean {
  return path.split('?', 1)[0] === ROUTES.eventStream.path;
}

/** The answer: JSON as it is, everything else as its text. @throws RestError, McError `server.unreachable` */
export async function callApi({ rest }: Server, { method, path, body }: ApiCall): Promise<unknown> {
  try {
    return await rest.request(method, path, body);
  } catch (error) {
    if (error instanceof RestError && error.status < 300 && typeof error.body === 'string') return error.body;
    throw error;
  }
}

/** The answer as text for people. */
export function apiText(answer: unknown): string {
  return typeof answer === 'string' ? answer.trimEnd() : cleanJson(answer, 2);
}

/**
 * Reads a stream of server-sent events until either side ends it.
 * @throws RestError when it is refused, UnreachableError when nobody answers
 */
export async function followApi(
  { url, token }: Server,
  { path }: ApiCall,
  onFrame: (frame: unknown) => void,
  signal: AbortSignal,
): Promise<void> {
  try {
    const answer = await openStream(url + path, token, signal);
    if (answer.statusCode !== 200) throw await refusal(answer);
    for await (const line of createInterface({ input: answer })) {
      if (line.startsWith('data: ')) onFrame(JSON.parse(line.slice(6)));
    }
  } catch (error) {
    if (signal.aborted) return;
    throw errnoOf(error) === null ? error : new UnreachableError(url, error);
  }
}

async function openStream(url: string, token: string | null, signal: AbortSignal): Promise<IncomingMessage> {
  const { get } = url.startsWith('https:') ? await import('node:https') : await import('node:http');
  const headers = token === null ? {} : { authorization: `Bearer ${token}` };
  return new Promise((resolve, reject) => {
    get(url, { headers, signal, agent: false }, resolve).on('error', reject);
  });
}

async function refusal(answer: IncomingMessage): Promise<RestError> {
  const body = readJson(await textOf(answer)) as { error?: string; code?: string; hint?: string | null };
  const { error = 'refused', code = 'unknown', hint = null } = body;
  return new RestError(answer.statusCode ?? 0, error, code, hint, body);
}

async function readData(data: string, stdin: NodeJS.ReadableStream): Promise<string> {
  if (data === '-') return textOf(stdin as AsyncIterable<string>);
  if (!data.startsWith('@')) return data;
  return readFile(data.slice(1), 'utf8').catch((cause: unknown) => {
    throw new McError('usage', `${data.slice(1)} cannot be read (${errnoOf(cause) ?? 'unknown reason'})`, {
      hint: '--data takes JSON, @FILE, or - for stdin',
      cause,
    });
  });
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new McError('usage', `the body is not JSON: ${(cause as Error).message}`, {
      hint: `quote it for the shell, as in -d '{"status":"idle"}'`,
      cause,
    });
  }
}
