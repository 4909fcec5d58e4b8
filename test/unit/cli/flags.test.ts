import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { envOf, flagOf, SETTING_KEYS } from '../../../src/base/index.js';
import { configOf, GLOBAL_FLAGS, settingFlags, STREAM_FLAG } from '../../../src/cli/flags.js';

let home: string;
let env: NodeJS.ProcessEnv;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'mc-flags-'));
  env = { HOME: home, XDG_CONFIG_HOME: join(home, 'config') };
});
afterAll(() => rm(home, { recursive: true, force: true }));

describe('settingFlags', () => {
  const flags = settingFlags();

  it('has a flag for every setting, beside the global ones', () => {
    for (const key of SETTING_KEYS) expect({ ...GLOBAL_FLAGS, ...STREAM_FLAG, ...flags }).toHaveProperty([flagOf(key)]);
  });

  it('shows the variable and the default of each', () => {
    for (const key of SETTING_KEYS.filter((known) => !(known in GLOBAL_FLAGS) && known !== 'stream')) {
      expect(flags[flagOf(key)]?.description).toContain(`env: ${envOf(key)}`);
    }
    expect(flags['stale-after']?.description).toContain('default: 10m');
    expect(flags.port?.description).toContain('default: 8080');
  });
});

describe('configOf', () => {
  it('takes flags before the environment', async () => {
    const config = await configOf({ port: '0', 'allow-origin': ['http://a', 'http://b'] }, { ...env, MC_PORT: '1' });
    expect(config.values.port).toBe(0);
    expect(config.values.allowOrigin).toEqual(['http://a', 'http://b']);
  });

  it('refuses a value that the setting does not take', async () => {
    await expect(configOf({ port: 'abc' }, env)).rejects.toMatchObject({ code: 'usage', exit: 2 });
  });

  it('reads the token from a file', async () => {
    const file = join(home, 'token');
    await writeFile(file, 'secret\n');
    expect((await configOf({ 'token-file': file }, env)).values.token).toBe('secret');
  });

  it('takes the token from where it counts most', async () => {
    const file = join(home, 'token');
    await writeFile(file, 'filed');
    const both = { ...env, MC_TOKEN: 'variable', MC_TOKEN_FILE: file };
    expect((await configOf({}, both)).values.token).toBe('variable');
    expect((await configOf({ 'token-file': file }, both)).values.token).toBe('filed');
    expect((await configOf({ token: 'flag' }, both)).values.token).toBe('flag');
    const config = await configOf({}, { ...env, MC_TOKEN_FILE: file });
    expect(config.values.token).toBe('filed');
    expect(config.origins.token).toEqual({ kind: 'env', name: 'MC_TOKEN_FILE' });
  });

  it('refuses a token file that is missing or empty', async () => {
    const empty = join(home, 'empty');
    await writeFile(empty, '\n');
    await expect(configOf({ 'token-file': empty }, env)).rejects.toMatchObject({ code: 'usage' });
    await expect(configOf({ 'token-file': join(home, 'none') }, env)).rejects.toThrow(/ENOENT/);
  });
});
