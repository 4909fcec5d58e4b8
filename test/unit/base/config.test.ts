import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  configPaths,
  defaultWorkspace,
  loadConfig,
  settleConfig,
  userConfigDirectory,
} from '../../../src/base/index.js';
import { scratch } from '../../support/scratch.js';

function write(path: string, content: unknown): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
}

/** A home and a workspace with the two config files as given. */
function house(files: { user?: unknown; workspace?: unknown }) {
  const home = scratch();
  const workspace = join(home, 'space');
  const paths = configPaths(workspace, {}, home);
  if (files.user !== undefined) write(paths.user, files.user);
  if (files.workspace !== undefined) write(paths.workspace, files.workspace);
  return { home, workspace, paths };
}

describe('loadConfig', () => {
  it('gives the defaults, and says so', async () => {
    const { home } = house({});
    const config = await loadConfig({ flags: {}, env: {}, home });
    expect(config.values).toMatchObject({ host: '127.0.0.1', port: 8080, wsPort: 8765, staleAfter: 600_000 });
    expect(config.workspace).toBe(join(home, '.openclaw', 'workspace'));
    expect(config.origins.port).toEqual({ kind: 'default', name: null });
  });

  it('takes flags over environment over the workspace’s file over the user’s file', async () => {
    const { home, workspace, paths } = house({
      user: { port: 1, wsPort: 2, staleAfter: '5m', logLevel: 'warn' },
      workspace: { port: 3, wsPort: 4, staleAfter: '6m' },
    });
    const env = { MC_PORT: '5', MC_WS_PORT: '6' };
    const config = await loadConfig({ flags: { workspace, port: 7 }, env, home });
    expect(config.values).toMatchObject({ port: 7, wsPort: 6, staleAfter: 360_000, logLevel: 'warn' });
    expect(config.origins).toMatchObject({
      port: { kind: 'flag', name: '--port' },
      wsPort: { kind: 'env', name: 'MC_WS_PORT' },
      staleAfter: { kind: 'workspace file', name: paths.workspace },
      logLevel: { kind: 'user file', name: paths.user },
    });
  });

  it('takes the workspace from the user’s file and expands ~', async () => {
    const { home } = house({ user: { workspace: '~/fleet' } });
    expect((await loadConfig({ flags: {}, env: {}, home })).workspace).toBe(join(home, 'fleet'));
  });

  it.each([
    ['an unknown key', { prot: 1 }, /unknown key "prot"/, /did you mean "port"/],
    ['a wrong type', { port: 'eighty' }, /"port" is "eighty", accepted is a whole number from 0 to 65535/, /mc config/],
    ['a number out of range', { port: 70_000 }, /"port" is 70000/, /mc config/],
    [
      'a duration without a unit',
      { staleAfter: '10' },
      /accepted is a duration from 1s to 365d, such as 90s/,
      /mc config/,
    ],
    ['an unknown choice', { logLevel: 'loud' }, /one of trace, debug/, /mc config/],
    ['a list of other things', { allowOrigin: [1] }, /a list of texts/, /mc config/],
    ['broken JSON', '{"port":', /is not JSON/, /mend the file/],
    ['no object', '[1]', /holds no JSON object/, /write it as/],
  ])('refuses %s in a file, naming the file', async (_, user, message, hint) => {
    const { home, paths } = house({ user });
    const error = await loadConfig({ flags: {}, env: {}, home }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'config.invalid', exit: 2 });
    expect((error as Error).message).toContain(paths.user);
    expect((error as Error).message).toMatch(message);
    expect((error as { hint: string }).hint).toMatch(hint);
  });

  it.each(['host', 'allowOrigin', 'token', 'server', 'workspace'])(
    'refuses the door "%s" in the workspace’s file, which agents can write',
    async (key) => {
      const { home, workspace } = house({ workspace: { [key]: 'x' } });
      await expect(loadConfig({ flags: { workspace }, env: {}, home })).rejects.toMatchObject({
        code: 'config.invalid',
        message: expect.stringContaining(`"${key}" is not taken from a workspace`),
      });
    },
  );

  it('refuses a directory in place of the file', async () => {
    const { home, paths } = house({});
    mkdirSync(paths.user, { recursive: true });
    await expect(loadConfig({ flags: {}, env: {}, home })).rejects.toMatchObject({ code: 'config.invalid' });
  });

  it('never waits for what lies in the place of the workspace’s file, nor reads it without end', async () => {
    const { home, workspace, paths } = house({ workspace: {} });
    const forms: [RegExp, () => void][] = [
      [/is a FIFO/, () => execFileSync('mkfifo', [paths.workspace])],
      [/leads out of the workspace/, () => symlinkSync('/dev/zero', paths.workspace)],
      [/larger than 1 MB/, () => (writeFileSync(paths.workspace, ''), truncateSync(paths.workspace, 5e9))],
    ];
    for (const [reason, make] of forms) {
      rmSync(paths.workspace);
      make();
      await expect(loadConfig({ flags: { workspace }, env: {}, home })).rejects.toMatchObject({
        code: 'config.invalid',
        message: expect.stringMatching(reason),
      });
    }
  });

  it('quotes nothing of a file that is not JSON, lies outside of the workspace or may hold a token', async () => {
    const { home, workspace, paths } = house({ workspace: 'SECRET-1' });
    const messageOf = (env = {}) =>
      loadConfig({ flags: { workspace }, env, home }).then(
        () => 'none',
        (error: Error & { hint: string }) => `${error.message} ${error.hint}`,
      );
    expect(await messageOf()).not.toContain('SECRET');
    rmSync(paths.workspace);
    write(join(home, 'outside.json'), { 'SECRET-2': 1 });
    symlinkSync(join(home, 'outside.json'), paths.workspace);
    expect(await messageOf()).toMatch(/symbolic link that leads out of the workspace/);
    rmSync(paths.workspace);
    write(paths.user, { token: ['SECRET-3'] });
    expect(await messageOf()).toMatch(/"token" is not shown, accepted is a text/);
  });

  it('waits for no FIFO and reads no file without end', async () => {
    const { home, workspace, paths } = house({ user: ' '.repeat(1_100_000), workspace: {} });
    rmSync(paths.workspace);
    execFileSync('mkfifo', [paths.workspace]);
    const { faults } = await settleConfig({ flags: { workspace }, env: {}, home });
    expect(faults.map(({ error }) => error.message)).toEqual([
      expect.stringMatching(/config\.json cannot be read: larger than 1 MB/),
      expect.stringMatching(/mc\.config\.json cannot be read: is a FIFO/),
    ]);
  });

  it('refuses bad flags and bad variables, naming them', async () => {
    const { home } = house({});
    await expect(loadConfig({ flags: { port: 'x' }, env: {}, home })).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringContaining('--port'),
    });
    await expect(loadConfig({ flags: {}, env: { MC_WS_PORT: '-1' }, home })).rejects.toMatchObject({
      code: 'config.invalid',
      message: expect.stringContaining('MC_WS_PORT'),
    });
  });
});

describe('settleConfig', () => {
  it('takes what is sound, and tells of each place that is not', async () => {
    const { home, workspace } = house({ user: { port: 4, staleAfter: '5m' }, workspace: '{' });
    const env = { MC_WS_PORT: 'x' };
    const config = await settleConfig({ flags: { workspace }, env, home });
    expect(config.values).toMatchObject({ port: 4, wsPort: 8765, staleAfter: 300_000 });
    expect(config.faults.map(({ kind, error }) => [kind, error.code])).toEqual([
      ['env', 'config.invalid'],
      ['workspace file', 'config.invalid'],
    ]);
  });

  it('takes nothing from a file of which a part is wrong', async () => {
    const { home, workspace } = house({ workspace: { port: 9, prot: 1 } });
    const config = await settleConfig({ flags: { workspace }, env: {}, home });
    expect(config.values.port).toBe(8080);
    expect(config.faults).toHaveLength(1);
  });
});

describe('the home of a user', () => {
  it('is never taken from a relative path: tokens would land wherever mc is started', () => {
    expect(() => userConfigDirectory({ XDG_CONFIG_HOME: 'conf' }, '/home/u')).toThrow(/XDG_CONFIG_HOME is "conf"/);
    expect(userConfigDirectory({ XDG_CONFIG_HOME: '' }, '/home/u')).toBe('/home/u/.config/mission-control');
    const home = process.env.HOME;
    try {
      for (const bad of ['', 'here']) {
        process.env.HOME = bad;
        expect(() => userConfigDirectory({})).toThrow(/HOME is/);
        expect(() => defaultWorkspace()).toThrow(/HOME is/);
      }
    } finally {
      process.env.HOME = home;
    }
  });
});
