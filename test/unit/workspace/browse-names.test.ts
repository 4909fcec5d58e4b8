import { describe, expect, it } from 'vitest';
import { hiddenNames, isSealed } from '../../../src/workspace/browse/names.js';

const closed = hiddenNames([]);
const at = (path: string) => path.split('/');

describe('hidden', () => {
  it.each([
    '.env',
    '.env.local',
    'prod.env',
    '.git/config',
    'a/.ssh/known',
    'server.pem',
    'SERVER.PEM',
    'tls.key',
    'tls.key.bak',
    'id_rsa',
    'id_ed25519.pub',
    'github_token',
    'api-tokens.json',
    'Token.txt',
    'client_secret.json',
    'secrets',
    'secrets/readme.md',
    'aws-credentials',
    'passwords.txt',
    'passwd',
    'authorized_keys',
    'wallet.p12',
    'metrics.db',
    'metrics.db-wal',
    'metrics.db.backup',
    'a/b/x.sqlite3',
    'keepass.kdbx',
    '.x.123.mc-tmp',
    'metrics.db_old',
    'metrics.db2',
    'x.duckdb',
    'server.pem_bak',
    'SecretKey',
    'mySecret.json',
    'mysecrets.txt',
    'dbpassword.txt',
    'DBPassword.txt',
    'private_key.txt',
    'privateKey.json',
    'deploy_rsa',
    'passphrase',
    'x.keytab',
  ])('%s', (path) => {
    expect(closed(at(path))).toBe(true);
  });
});

describe('shown', () => {
  it.each([
    'README.md',
    'mission-control/agents/secretary/SOUL.md',
    'environment.md',
    'monkey.md',
    'keyboard.md',
    'key-results.md',
    'passworded-notes.md',
    'api-notes.md',
    'secretariat.md',
    'idea.md',
    'debug.log',
    'a.dbx',
  ])('%s', (path) => {
    expect(closed(at(path))).toBe(false);
  });
});

describe('what is allowed', () => {
  const isHidden = hiddenNames(['.env.example', '*.pub', './docs/token-*.md']);

  it('is shown under its name or path alone', () => {
    expect(isHidden(['.env.example'])).toBe(false);
    expect(isHidden(['deep', '.env.example'])).toBe(false);
    expect(isHidden(['id_ed25519.pub'])).toBe(false);
    expect(isHidden(['docs', 'token-use.md'])).toBe(false);
    expect(isHidden(['.env'])).toBe(true);
    expect(isHidden(['xenv.example', '.env'])).toBe(true);
    expect(isHidden(['token-use.md'])).toBe(true);
    expect(isHidden(['.ssh', 'id_ed25519.pub'])).toBe(true);
    expect(isHidden(['docs', 'token-a', 'b.md'])).toBe(true);
  });

  it('is a name, not a form to be read otherwise', () => {
    expect(hiddenNames(['.*'])(['.env'])).toBe(false);
    expect(hiddenNames(['.e.v'])(['.env'])).toBe(true);
    expect(hiddenNames(['(a+)+$'])(['.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!'])).toBe(true);
  });
});

it('archives of backups are closed, other files there are not', () => {
  expect(isSealed(at('mission-control/backups/backup_20260217_035729.tar.gz'))).toBe(true);
  expect(isSealed(at('mission-control/backups/snapshot_20260217_035730.json'))).toBe(false);
  expect(isSealed(at('downloads/a.tar.gz'))).toBe(false);
});
