import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { errnoOf, McError, type Settings } from '../../base/index.js';

/** Certificate chain and private key as PEM texts. */
export interface TlsFiles {
  cert: string;
  key: string;
}

/**
 * What TLS needs, read and held against each other; null when it is not asked for.
 * @throws McError `usage` for one without the other, a file that cannot be read, or a key of another certificate
 */
export async function readTls({ tlsCert, tlsKey }: Pick<Settings, 'tlsCert' | 'tlsKey'>): Promise<TlsFiles | null> {
  if (tlsCert === null && tlsKey === null) return null;
  if (tlsCert === null || tlsKey === null) {
    throw new McError('usage', '--tls-cert and --tls-key belong together', { hint: 'give both, as PEM files' });
  }
  const files = { cert: await readPem(tlsCert, '--tls-cert'), key: await readPem(tlsKey, '--tls-key') };
  try {
    if (new X509Certificate(files.cert).checkPrivateKey(createPrivateKey(files.key))) return files;
  } catch (cause) {
    throw new McError('usage', '--tls-cert and --tls-key: not a certificate and its private key', {
      hint: 'both are PEM files; a key with a passphrase is not taken',
      cause,
    });
  }
  throw new McError('usage', `--tls-key: ${tlsKey} is not the key of ${tlsCert}`, { hint: 'give the pair' });
}

async function readPem(path: string, flag: string): Promise<string> {
  return readFile(path, 'utf8').catch((cause: unknown) => {
    throw new McError('usage', `${flag}: ${path} cannot be read (${errnoOf(cause) ?? 'unknown reason'})`, {
      hint: 'name a PEM file',
      cause,
    });
  });
}
