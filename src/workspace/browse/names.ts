/** Whether a place (its names, from the workspace down) is hidden from those who browse. */
export type HiddenNames = (names: readonly string[]) => boolean;

/** Names that say that a file is nobody's business. Matched without regard to case. */
const SECRET_NAMES = [
  // Dot files: `.env`, `.git`, `.ssh`, `.netrc` …
  /^\./,
  /^env(\.|$)|\.env(\.|$)/i,
  /\.(pem|key|p8|p12|pfx|ppk|jks|keystore|keytab|kdbx|asc|gpg|der|crt|cer)(?![a-z])/i,
  /^id_/i,
  /token/i,
  /^(passwd|shadow|authorized_keys|known_hosts|htpasswd)(\W|$)/i,
  // Databases, their logs beside them, and copies of both: `metrics.db-wal`, `metrics.db_old`, `metrics.db2`.
  /\.(db|db3|sqlite|sqlite3|duckdb|mdb|kdb)(?![a-z])/i,
  // Files that are just being written.
  /\.mc-tmp$/i,
];

/** Words that say the same wherever they end one: `dbpassword`, `mysecrets`; `secretary` is not one. */
const SECRET_WORD = /(secret|credential|password|passwd|passphrase|apikey|privatekey)s?$/i;
/** Kinds of keys: `private_key`, `SecretKey`, `api-key`. */
const KEY_KINDS = new Set(['private', 'api', 'access', 'deploy', 'signing', 'ssh', 'encryption', 'master']);
/** What files are called that hold a key of such an algorithm, at the end of a name: `deploy_rsa`. */
const KEY_ALGORITHMS = new Set(['rsa', 'dsa', 'ecdsa', 'ed25519']);

/** Archives hold what is hidden here, too. */
const ARCHIVE = /^mission-control\/backups\/.*\.(tar|gz|tgz|zip|zst|xz)$/i;

/**
 * Hides dot files and secret-looking names, at any depth and with all that lies below them.
 * @param allowed names or paths that are shown all the same; `*` stands for anything but `/`
 */
export function hiddenNames(allowed: readonly string[]): HiddenNames {
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
  if (SECRET_NAMES.some((form) => form.test(name))) return true;
  const words = wordsOf(name);
  return words.some(
    (word, at) =>
      SECRET_WORD.test(word) ||
      KEY_ALGORITHMS.has(word) ||
      (KEY_KINDS.has(word) && /^keys?$/.test(words[at + 1] ?? '')),
  );
}

/** The words of a name, in small letters: `mySecret-key.json` has four. */
function wordsOf(name: string): string[] {
  return name.split(/[^A-Za-z0-9]+|(?<=[a-z0-9])(?=[A-Z])/).map((word) => word.toLowerCase());
}

function formOf(entry: string): RegExp {
  const text = entry.replace(/^\.?\//, '').replaceAll(/[\\^$.|?+()[\]{}]/g, '\\$&');
  return new RegExp(`^${text.replaceAll('*', '[^/]*')}$`);
}
