/** What of `fetch` is used; a browser's and Node's own both fit. */
export type FetchLike = (
  url: string,
  init: { method: string; headers: Record<string, string>; body?: string; signal: AbortSignal },
) => Promise<{ status: number; text(): Promise<string> }>;

/** The server answered, but not with what was asked for. */
export class RestError extends Error {
  readonly status: number;
  /** The server's code (`agent.not_found`), or `unknown` when it gave none. */
  readonly code: string;
  readonly hint: string | null;
  /** The whole answer: JSON, or its text where it is not JSON. */
  readonly body: unknown;
  constructor(status: number, message: string, code: string, hint: string | null, body: unknown) {
    super(message);
    this.name = 'RestError';
    this.status = status;
    this.code = code;
    this.hint = hint;
    this.body = body;
  }
}

/** No answer came from the address, or not in time; `cause` is what `fetch` said. */
export class UnreachableError extends Error {
  readonly url: string;
  constructor(url: string, cause: unknown) {
    super(`no answer from ${url}`, { cause });
    this.name = 'UnreachableError';
    this.url = url;
  }
}

interface Call {
  fetch: FetchLike;
  url: string;
  method: string;
  body: unknown;
  token: string | undefined;
  timeoutMs: number;
  /** A status that is an answer although it is not a success. */
  alsoGood?: number;
}

/** One request: its JSON answer, or a RestError or UnreachableError. */
export async function call({ fetch, url, method, body, token, timeoutMs, alsoGood }: Call): Promise<unknown> {
  const headers: Record<string, string> = { accept: 'application/json' };
  if (token !== undefined) headers['authorization'] = `Bearer ${token}`;
  if (body !== undefined) headers['content-type'] = 'application/json';
  const signal = AbortSignal.timeout(timeoutMs);
  let status: number;
  let text: string;
  try {
    const answer = await fetch(url, {
      method,
      headers,
      signal,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    status = answer.status;
    text = await answer.text();
  } catch (error) {
    throw new UnreachableError(url, error);
  }
  const json = parseJson(text);
  const good = (status >= 200 && status < 300) || (status === alsoGood && !isErrorBody(json));
  if (!good || json === undefined) throw refusal(status, json, text);
  return json;
}

function refusal(status: number, json: unknown, text: string): RestError {
  const { error, code, hint } = isErrorBody(json) ? json : {};
  const message = typeof error === 'string' ? error : `HTTP ${status} without an answer that makes sense`;
  const known = typeof code === 'string' ? code : 'unknown';
  return new RestError(
    status,
    message,
    known,
    typeof hint === 'string' ? hint : null,
    json === undefined ? text : json,
  );
}

function isErrorBody(json: unknown): json is { error: unknown; code?: unknown; hint?: unknown } {
  return typeof json === 'object' && json !== null && 'error' in json;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
