import { McError, type Settings } from '../../base/index.js';

/**
 * Looks at the settings that name where alerts go.
 * @throws McError `usage` for what is not a URL of its kind; it is not quoted, because passwords stand in such URLs
 */
export function checkDoors({ alertmanagerUrl, smtpUrl, smtpFrom }: Doors): void {
  for (const [at, url] of alertmanagerUrl.entries()) {
    if (isUrl(url, ['http:', 'https:'])) continue;
    throw new McError('usage', `alertmanagerUrl: entry ${at + 1} is not an http URL`, {
      hint: 'write it as http://127.0.0.1:9093',
    });
  }
  if (smtpUrl !== null && !isUrl(smtpUrl, ['smtp:', 'smtps:'])) {
    throw new McError('usage', 'smtpUrl is not the URL of a mail server', {
      hint: 'write it as smtp://user:password@host:587 or smtps://user:password@host',
    });
  }
  if (smtpFrom !== null && !/^[^\r\n]{0,200}@[^\r\n]{1,253}$/.test(smtpFrom)) {
    throw new McError('usage', 'smtpFrom is not a mailbox', { hint: 'write it as mc@example.org' });
  }
}

type Doors = Pick<Settings, 'alertmanagerUrl' | 'smtpUrl' | 'smtpFrom'>;

function isUrl(text: string, protocols: readonly string[]): boolean {
  try {
    const { protocol, hostname } = new URL(text);
    return protocols.includes(protocol) && hostname !== '';
  } catch {
    return false;
  }
}
