/** Whether a place (its names, from the workspace down) is hidden from those who browse. */
export type Veil = (names: readonly string[]) => boolean;

/** Names that say that a file is nobody's business. Matched without regard to case. */
const SECRET_NAMES = [
  // Dot files: `.env`, `.git`, `.ssh`, `.netrc` …
  /^\./,
  /^env(\.|$)|\.env(\.|$)/i,
  /\.(pem|key|p8|p12|pfx|ppk|jks|keystore|kdbx|asc|gpg|der|crt|cer)(\W|$)/i,
  /^id_/i,
  /token/i,
  /(^|[._-])(secret|credential|password|passwd|apikey|api_key|api-key)s?([._-]|$)/i,
  /^(passwd|shadow|authorized_keys|known_hosts|htpasswd)(\W|$)/i,
  // Databases, their logs beside them, and copies of both.
  /\.(db|db3|sqlite|sqlite3|mdb|kdb)(\W|$)/i,
  // Files that are just being written.
  /\.mc-tmp$/i,
];

/** Archives hold what is hidden here, too. */
const ARCHIVE = /^mission-control\/backups\/.*\.(tar|gz|tgz|zip|zst|xz)$/i;

/**
 * Hides dot files and secret-looking names, at any depth and with all that lies below them.
 * @param allowed names or paths that are shown all the same; `*` stands for anything but `/`
 */
export function createVeil(allowed: readonly string[]): Veil {
  const shown = allowed.map((entry) => ({ form: formOf(entry), isPath: entry.includes('/') }));
  return (names) => {
    const isShown = (end: number) =>
      shown.some(({ form, isPath }) => form.test(isPath ? names.slice(0, end).join('/') : (names[end - 1] ?? '')));
    return names.some((name, index) => looksSecret(name) && !isShown(index + 1));
  };
}

/** Whether the content of a place stays closed although its name is shown. */
export function isSealed(names: readonly string[]): boolean {
  return ARCHIVE.test(names.join('/'));
}

function looksSecret(name: string): boolean {
  return SECRET_NAMES.some((form) => form.test(name));
}

function formOf(entry: string): RegExp {
  const text = entry.replace(/^\.?\//, '').replaceAll(/[\\^$.|?+()[\]{}]/g, '\\$&');
  return new RegExp(`^${text.replaceAll('*', '[^/]*')}$`);
}
