import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { givenSettings } from '../../../src/cli/background/settings.js';
import { configOf } from '../../../src/cli/flags.js';
import { scratch } from '../../support/scratch.js';

it('names files from where the command was called, as the server runs elsewhere', async () => {
  const flags = {
    workspace: scratch(),
    'alerts-file': 'rules/alerts.json',
    'tls-cert': './cert.pem',
    'tls-key': '../key.pem',
    'log-file': 'server.log',
    'backup-exclude': ['drafts/*'],
  };
  expect(givenSettings(await configOf(flags, {}), ['flag'])).toEqual({
    MC_ALERTS_FILE: resolve('rules/alerts.json'),
    MC_TLS_CERT: resolve('cert.pem'),
    MC_TLS_KEY: resolve('../key.pem'),
    MC_LOG_FILE: resolve('server.log'),
    MC_BACKUP_EXCLUDE: 'drafts/*',
  });
});
