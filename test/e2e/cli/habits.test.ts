import { existsSync } from 'node:fs';
import { cp, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makePlace, type Place, run, runJson, type Served, serve } from './mc.js';

const root = join(import.meta.dirname, '..', '..', '..');
const manifest = JSON.parse(await readFile(join(root, 'oclif.manifest.json'), 'utf8')) as {
  commands: Record<string, { summary?: string; examples?: string[]; flags: Record<string, unknown> }>;
};
const ids = Object.keys(manifest.commands);

let place: Place;
let served: Served;
beforeAll(async () => {
  place = await makePlace();
  served = await serve(place);
});
afterAll(async () => {
  await served.end();
  await place.clear();
});

describe('every command', () => {
  it.each(ids)('%s has a summary, examples and the global flags', (id) => {
    const command = manifest.commands[id];
    expect(command?.summary).toBeTruthy();
    expect(command?.examples?.length).toBeGreaterThan(0);
    for (const flag of ['json', 'quiet', 'debug', 'workspace', 'server', 'token', 'token-file']) {
      expect(command?.flags).toHaveProperty([flag]);
    }
  });

  it.each(['serve', 'agents:show', 'events:tail'])('%s --help shows examples and exit statuses', async (id) => {
    const { status, out } = await run(place, [...id.split(':'), '--help']);
    expect(status).toBe(0);
    expect(out).toContain('EXAMPLES');
    expect(out).toMatch(/EXIT STATUS\n +0 +done/);
  });
});

describe('mc', () => {
  it('tells its version and its commands', async () => {
    expect((await run(place, ['--version'])).out).toMatch(/^mission-control\/\d+\.\d+\.\d+ \S+ node-v\d+/);
    for (const args of [[], ['--help'], ['help']]) {
      const { status, out } = await run(place, args);
      expect(status).toBe(0);
      expect(out).toContain('serve');
    }
    expect((await run(place, ['agents'])).out).toContain('agents list');
  });

  it.each([
    [['statsu'], 'mc status'],
    [['agents', 'lst'], 'mc agents list'],
    [['status', '--onec'], '--once'],
    [['agents', 'show'], 'mc agents show --help'],
    [['agents', 'list', '--status', 'sleepy'], 'mc agents list --help'],
    [['tasks', 'list', 'surplus'], 'mc tasks list --help'],
    [['--once', 'status'], 'mc --workspace DIR status'],
  ])('%j is wrong usage: 2, and what was meant', async (args, meant) => {
    const { status, err } = await run(place, args);
    expect(status).toBe(2);
    expect(err).toContain(meant);
    expect(err).not.toMatch(/\n\s+at /);
  });

  it('tells wrong usage as JSON, too', async () => {
    const { status, json } = await runJson(place, ['agents', 'lst']);
    expect(status).toBe(2);
    expect(json.error).toMatchObject({ code: 'usage', hint: expect.stringContaining('mc agents list') });
  });

  it('shows stack traces only with --debug', async () => {
    const args = ['status', '--server', 'http://127.0.0.1:1'];
    expect((await run(place, args)).err).not.toMatch(/\n\s+at /);
    expect((await run(place, [...args, '--debug'])).err).toMatch(/\n\s+at /);
  });
});

describe('bin/run.js without a build', () => {
  it('says how to make one, and knows its version all the same', async () => {
    const copy = join(place.home, 'unbuilt');
    await mkdir(join(copy, 'bin'), { recursive: true });
    for (const name of ['run.js', 'package.json']) await cp(join(root, 'bin', name), join(copy, 'bin', name));
    await cp(join(root, 'package.json'), join(copy, 'package.json'));
    const start = (...args: string[]) =>
      execa(process.execPath, [join(copy, 'bin', 'run.js'), ...args], { reject: false });
    expect(await start('status')).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('npm run build') });
    expect((await start('--version')).stdout).toContain('mission-control/');
  });
});

describe('printing', () => {
  const here = () => ['-w', place.office];

  it('has no colours and boxes on a pipe, colours when forced', async () => {
    const plain = (await run(place, ['agents', 'list', ...here()])).out;
    expect(plain).not.toContain('\u001b');
    expect(plain).not.toContain('│');
    expect((await run(place, ['agents', 'list', ...here()], { env: { FORCE_COLOR: '1' } })).out).toContain('\u001b[2m');
    expect((await run(place, ['agents', 'list', ...here()], { env: { NO_COLOR: '1' } })).out).not.toContain('\u001b');
  });

  it('says nothing beside the result with --quiet', async () => {
    const args = ['agents', 'list', '--status', 'stale', ...here()];
    expect((await run(place, args)).err).toContain('no agent is stale');
    expect((await run(place, [...args, '-q'])).err).toBe('');
  });

  it.runIf(existsSync('/dev/full'))('says so when stdout takes no more, instead of a trace', async () => {
    const script = `"$NODE" "$BIN" config path > /dev/full; echo "$?"`;
    const env = { ...place.env, NODE: process.execPath, BIN: join(root, 'bin', 'run.js') };
    const { stdout, stderr } = await execa('bash', ['-c', script], { env, extendEnv: false });
    expect(stdout).toBe('1');
    expect(stderr).toContain('the disk is full');
    expect(stderr).not.toMatch(/\n\s+at /);
  });

  it('ends quietly when its reader leaves', async () => {
    const bin = join(root, 'bin', 'run.js');
    const script = `"$NODE" "$BIN" agents list -w "$OFFICE" | head -1; echo "\${PIPESTATUS[0]}"`;
    const env = { ...place.env, NODE: process.execPath, BIN: bin, OFFICE: place.office };
    const { stdout, stderr } = await execa('bash', ['-c', script], { env, extendEnv: false });
    expect(stdout).toMatch(/^STATUS .*\n0$/);
    expect(stderr).toBe('');
  });
});
