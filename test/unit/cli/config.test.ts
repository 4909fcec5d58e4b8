import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../../../src/base/index.js';
import { configTable, shownConfig } from '../../../src/cli/print/config.js';
import { terminalOf } from '../../../src/cli/print/terminal.js';

let home: string;
let config: Awaited<ReturnType<typeof loadConfig>>;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'mc-config-'));
  config = await loadConfig({
    flags: { token: 'secret', port: 1 },
    env: { MC_STALE_AFTER: '90s', XDG_CONFIG_HOME: home },
    home,
  });
});
afterAll(() => rm(home, { recursive: true, force: true }));

describe('shownConfig', () => {
  it('shows values as a config file would hold them, and no secret', () => {
    const { values } = shownConfig(config, false);
    expect(values).toMatchObject({ token: '***', port: 1, staleAfter: '90s', server: null });
    expect(JSON.stringify(shownConfig(config, true))).not.toContain('secret');
  });

  it('tells origins only when asked', () => {
    expect(shownConfig(config, false)).not.toHaveProperty('origins');
    expect(shownConfig(config, true).origins?.staleAfter).toEqual({ kind: 'env', name: 'MC_STALE_AFTER' });
  });
});

describe('configTable', () => {
  it('has a line per setting with its origin', async () => {
    const text = configTable(shownConfig(config, true), terminalOf({}, {}));
    expect(text).toMatch(/port +1 +flag --port +--port/);
    expect(text).toMatch(/staleAfter +90s +env MC_STALE_AFTER/);
    expect(text).toMatch(/host +127\.0\.0\.1 +default/);
  });
});
