import { type IncomingMessage, request as plainRequest } from 'node:http';
import { request as tlsRequest } from 'node:https';
import { RequestFilteringHttpAgent, RequestFilteringHttpsAgent } from 'request-filtering-agent';
import type { Answer } from './plan.js';
import type { Outgoing } from './targets/form.js';

/** So much of an answer is read, in bytes; whoever sends more is cut off. */
const MOST_READ = 64 * 1024;

export interface PostOptions {
  /** Whether it may lead to this machine or into a private network, and go without TLS. */
  private: boolean;
  signal: AbortSignal;
  /** Asks instead of telling something. */
  method?: 'GET';
}

/** A request that is not made, because of where it leads: to make it again changes nothing. */
export class ForbiddenError extends Error {}

/**
 * Makes one request. The address that is connected to is judged, so that no spelling of it and no name that leads elsewhere
 * by now gets around that. Redirects are answers like others.
 * @throws ForbiddenError; the system's error
 */
export function post(outgoing: Outgoing, options: PostOptions): Promise<Answer> {
  const url = new URL(outgoing.url);
  const isTls = url.protocol === 'https:';
  if (!isTls && !options.private) return Promise.reject(new ForbiddenError('it is sent without TLS'));
  const allow = { allowPrivateIPAddress: options.private, allowMetaIPAddress: options.private, keepAlive: false };
  const agent = isTls ? new RequestFilteringHttpsAgent(allow) : new RequestFilteringHttpAgent(allow);
  const headers = {
    'user-agent': 'mission-control',
    ...outgoing.headers,
    ...(options.method === 'GET' ? {} : { 'content-length': Buffer.byteLength(outgoing.body) }),
  };
  const send = isTls ? tlsRequest : plainRequest;
  return new Promise((resolve, reject) => {
    const request = send(url, { method: options.method ?? 'POST', agent, signal: options.signal, headers });
    request.on('error', (error) => reject(isForbidden(error) ? new ForbiddenError(FORBIDDEN) : error));
    request.on('response', (response) => {
      // It has arrived: what the receiver says of it is not worth waiting for.
      if (options.method !== 'GET' && isGood(response.statusCode)) response.destroy();
      void readAnswer(response).then(resolve, reject);
    });
    request.end(options.method === 'GET' ? undefined : outgoing.body);
  });
}

/** @throws the system's error when it breaks off within the first 64 KiB */
async function readAnswer(response: IncomingMessage): Promise<Answer> {
  const chunks: Buffer[] = [];
  let length = 0;
  if (!response.destroyed) {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      length += chunk.length;
      // Leaving the loop hangs up.
      if (length >= MOST_READ) break;
    }
  }
  const { statusCode = 0, headers } = response;
  const text = Buffer.concat(chunks).subarray(0, MOST_READ).toString('utf8');
  return { status: statusCode, retryAfter: headers['retry-after'] ?? null, leadsTo: hostOf(headers.location), text };
}

function isGood(status = 0): boolean {
  return status >= 200 && status < 300;
}

const FORBIDDEN = 'it leads to this machine or into a private network';

/** The package has no class of its own for what it refuses. */
function isForbidden(error: Error): boolean {
  return /is not allowed\. Because,? It is/.test(error.message);
}

/** Of a redirect only the host: the rest may hold what is secret. */
function hostOf(location: string | undefined): string | null {
  if (location === undefined) return null;
  try {
    return new URL(location).host;
  } catch {
    return null;
  }
}
