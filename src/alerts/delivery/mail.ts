import { isIP } from 'node:net';
import { createTransport } from 'nodemailer';
import type { Verdict } from './plan.js';
import type { Letter } from './targets/email.js';

/** The mail server of the settings. */
export interface Smtp {
  /** `smtp://user:password@host:587` or `smtps://…`; null: there is none. */
  url: string | null;
  from: string | null;
}

/** How long a mail server may take for each step, in milliseconds. */
const STEP_MS = 10_000;

/**
 * Hands a letter to the mail server. What that refuses for good (5xx) is not tried again.
 * @throws the system's error
 */
export async function mail(letter: Letter, to: string, { url, from }: Smtp, signal: AbortSignal): Promise<Verdict> {
  if (url === null || from === null) {
    return { outcome: 'refused', reason: 'there is no mail server: set smtpUrl and smtpFrom, then mc alerts retry' };
  }
  const server = new URL(url);
  const user = decodeURIComponent(server.username);
  const isTls = server.protocol === 'smtps:';
  // Options of the library stand in the query of such a URL: among them those that make TLS mean nothing.
  const transport = createTransport({
    host: server.hostname.replace(/^\[|\]$/g, ''),
    port: Number(server.port || (isTls ? 465 : 587)),
    secure: isTls,
    requireTLS: !isTls && user !== '' && !isLocal(server.hostname),
    ...(user === '' ? {} : { auth: { user, pass: decodeURIComponent(server.password) } }),
    connectionTimeout: STEP_MS,
    greetingTimeout: STEP_MS,
    socketTimeout: STEP_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  let stop = () => {};
  const broken = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason as Error);
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    await Promise.race([transport.sendMail({ from, to, ...letter }), broken]);
    return { outcome: 'delivered' };
  } catch (error) {
    const { responseCode, response, command } = error as {
      responseCode?: unknown;
      response?: unknown;
      command?: unknown;
    };
    if (command === 'STARTTLS') {
      return {
        outcome: 'refused',
        reason: 'the mail server offers no TLS, and a password is not sent without: use smtps://',
      };
    }
    if (typeof responseCode !== 'number' || responseCode < 500) throw error;
    return { outcome: 'refused', reason: `the mail server answered ${String(response ?? responseCode).slice(0, 200)}` };
  } finally {
    signal.removeEventListener('abort', stop);
    transport.close();
  }
}

/** Where a password may go without TLS: nobody else hears it. */
function isLocal(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, '');
  return bare === 'localhost' || bare === '::1' || (isIP(bare) === 4 && bare.startsWith('127.'));
}
