import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { makePlace, type Place, run, serve } from './mc.js';

let place: Place;
beforeEach(async () => {
  place = await makePlace();
});
afterEach(() => place.clear());

/** A systemctl that does nothing but write down what it is asked, and answers as one whose services run. */
function systemctl(): { env: Record<string, string>; asked: () => string[] } {
  const bin = join(place.home, 'bin');
  const log = join(place.home, 'asked');
  mkdirSync(bin);
  const answer = `case "$*" in *show\\ mission*) printf 'UnitFileState=enabled\\nActiveState=active\\nMainPID=4242\\n';; esac`;
  writeFileSync(join(bin, 'systemctl'), `#!/bin/sh\nprintf '%s\\n' "$*" >> '${log}'\n${answer}\n`);
  chmodSync(join(bin, 'systemctl'), 0o755);
  return {
    env: { PATH: `${bin}:${process.env.PATH}` },
    asked: () => {
      const lines = existsSync(log) ? readFileSync(log, 'utf8').trimEnd().split('\n') : [];
      writeFileSync(log, '');
      return lines.filter((line) => line !== '').map((line) => line.replace(/mission-control-[\w-]+\.service/, 'UNIT'));
    },
  };
}

const linuxOnly = it.skipIf(process.platform !== 'linux');

linuxOnly(
  'installs once, brings up to date, says how it does, and removes only what it installed',
  async () => {
    const { env, asked } = systemctl();
    const service = async (command: string, ...more: string[]) => {
      const { status, out, err } = await run(place, ['service', command, '-w', place.office, ...more, '--json'], {
        env,
      });
      return { status, err, json: JSON.parse(out) };
    };
    const dry = await service('install', '--dry-run');
    expect(dry).toMatchObject({
      status: 0,
      json: { changed: true, dry_run: true, text: expect.stringContaining('[Service]') },
    });
    const { file } = dry.json;
    expect(existsSync(file)).toBe(false);
    expect(asked()).toEqual([]);
    expect(await service('status')).toMatchObject({ status: 3, json: { installed: false, pid: null } });

    expect(await service('install')).toMatchObject({ status: 0, json: { changed: true } });
    expect(readFileSync(file, 'utf8')).toBe(dry.json.text);
    expect(asked()).toEqual([
      '--user show-environment',
      '--user daemon-reload',
      '--user enable UNIT',
      '--user restart UNIT',
    ]);
    expect(await service('install')).toMatchObject({ status: 0, json: { changed: false } });
    expect(asked().at(-1)).toBe('--user start UNIT');
    expect(await service('install', '--port', '9000')).toMatchObject({ json: { changed: true } });
    expect(readFileSync(file, 'utf8')).toContain('MC_PORT=9000');
    expect(asked().at(-1)).toBe('--user restart UNIT');
    expect(await service('status')).toMatchObject({ status: 0, json: { installed: true, state: 'active', pid: 4242 } });

    asked();
    expect(await service('uninstall', '--dry-run')).toMatchObject({ json: { changed: true } });
    expect(existsSync(file)).toBe(true);
    expect(await service('uninstall')).toMatchObject({ status: 0, json: { changed: true } });
    expect(existsSync(file)).toBe(false);
    expect(asked()).toEqual(['--user show-environment', '--user disable --now UNIT', '--user daemon-reload']);
    expect(await service('uninstall')).toMatchObject({ status: 0, json: { changed: false } });

    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, '[Unit]\nDescription=mine\n');
    for (const command of ['install', 'uninstall', 'status']) {
      expect(await service(command)).toMatchObject({ status: 7, json: { error: { code: 'file.refused' } } });
    }
    expect(readFileSync(file, 'utf8')).toContain('mine');
  },
  120_000,
);

linuxOnly(
  'changes nothing where a server runs already, or no service manager answers',
  async () => {
    const { env, asked } = systemctl();
    const served = await serve(place);
    const install = () => run(place, ['service', 'install', '-w', place.office], { env });
    expect(await install()).toMatchObject({ status: 6, err: expect.stringContaining('mc stop') });
    expect(await served.end()).toBe(0);
    writeFileSync(join(place.home, 'bin', 'systemctl'), '#!/bin/sh\necho "Failed to connect to bus" >&2; exit 1\n');
    const refused = await install();
    expect(refused).toMatchObject({ status: 1, err: expect.stringContaining('Failed to connect to bus') });
    expect(refused.err).toContain('mc start');
    expect(existsSync(join(place.home, 'config', 'systemd'))).toBe(false);
    asked();
  },
  120_000,
);

it('ready: waits for the server, and ends as soon as its process has', async () => {
  const served = await serve(place);
  const ready = (pid: number | undefined) =>
    run(place, ['service', 'ready', '-w', place.office, '--wait', '20s'], { env: { MAINPID: String(pid) } });
  expect(await ready(served.process.pid)).toMatchObject({ status: 0, out: 'ready\n' });
  expect(await served.end()).toBe(0);
  expect(await ready(served.process.pid)).toMatchObject({ status: 1, err: expect.stringContaining('has ended') });
}, 120_000);
