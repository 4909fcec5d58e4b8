import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { configOf } from '../../../src/cli/flags.js';
import { planService, type ServicePlan } from '../../../src/cli/service/plan.js';
import { plistText } from '../../../src/cli/service/plist.js';
import { MARK, unitText } from '../../../src/cli/service/unit.js';
import { scratch } from '../../support/scratch.js';

/** What stands in the way of whoever quotes badly. */
const HARD = `it's "100%" $HOME \\ <a&b>`;

/** The plan for a workspace with a hard name, in a home of its own. */
async function plan(platform: NodeJS.Platform, flags: Record<string, unknown> = {}): Promise<ServicePlan> {
  const home = scratch();
  const workspace = join(home, HARD);
  mkdirSync(join(workspace, 'mission-control'), { recursive: true });
  vi.stubEnv('HOME', home);
  vi.stubEnv('XDG_CONFIG_HOME', join(home, 'config'));
  vi.stubEnv('XDG_STATE_HOME', join(home, 'state'));
  onTestFinished(() => void vi.unstubAllEnvs());
  const config = await configOf({ workspace, ...flags }, { ...process.env, MC_BACKUP_EXCLUDE: 'a b,*.log' });
  return planService(config, process.env, platform);
}

/** The words of a line of a unit, read as systemd.syntax(7) says. */
function words(line: string): string[] {
  const found = line.match(/"(?:\\.|[^"\\])*"/g) ?? [];
  return found.map((word) => word.slice(1, -1).replaceAll(/\\(.)/g, '$1').replaceAll('%%', '%'));
}

describe('a systemd unit', () => {
  it('runs the server with the settings that were given, whatever its paths hold', async () => {
    const made = await plan('linux', { port: '9000', 'no-backups': true });
    const text = unitText(made);
    const line = (name: string) => text.split('\n').find((each) => each.startsWith(`${name}=`)) ?? '';
    expect(words(line('ExecStart'))).toEqual(made.command);
    expect(made.command.slice(-2)).toEqual(['--workspace', made.workspace]);
    expect(made.workspace).toContain(HARD);
    expect(line('ExecStart')).toMatch(/^ExecStart=:"/);
    expect(words(line('ExecStartPost'))).toEqual(made.ready);
    const environment = text
      .split('\n')
      .filter((each) => each.startsWith('Environment='))
      .flatMap(words);
    expect(environment).toContain('MC_PORT=9000');
    expect(environment).toContain('MC_NO_BACKUPS=true');
    expect(environment).toContain('MC_BACKUP_EXCLUDE=a b,*.log');
    expect(environment).toContain(`MC_LOG_FILE=${made.log}`);
    expect(text).toContain(`# ${MARK}`);
    expect(made.file).toMatch(/\/config\/systemd\/user\/mission-control-it-s-100-HOME-a-b-[0-9a-f]{8}\.service$/);
  });

  it('passes systemd-analyze verify', async ({ skip }) => {
    if (spawnSync('systemd-analyze', ['--version']).status !== 0) {
      console.log('LOUD: systemd-analyze is not here: the unit of mc service was not verified');
      return skip('no systemd-analyze');
    }
    const made = await plan('linux', { port: '9000' });
    const file = join(scratch(), made.name);
    writeFileSync(file, unitText(made));
    const { status, stderr } = spawnSync('systemd-analyze', ['verify', '--user', file], {
      encoding: 'utf8',
      env: { ...process.env, XDG_RUNTIME_DIR: scratch() },
    });
    expect({ status, own: stderr.split('\n').filter((line) => line.includes(made.name)) }).toEqual({
      status: 0,
      own: [],
    });
  });
});

describe('a launchd agent', () => {
  it('holds the same, in XML that its parsers read', async ({ skip }) => {
    const made = await plan('darwin', { port: '9000' });
    const text = plistText(made);
    expect(text).toContain(MARK);
    if (spawnSync('python3', ['-c', 'import plistlib']).status !== 0) {
      console.log('LOUD: python3 is not here: the agent of mc service was not parsed');
      return skip('no python3');
    }
    const script = 'import plistlib,json,sys; print(json.dumps(plistlib.loads(sys.stdin.buffer.read())))';
    const read = JSON.parse(execFileSync('python3', ['-c', script], { input: text, encoding: 'utf8' }));
    expect(read).toMatchObject({
      Label: made.name,
      ProgramArguments: made.command,
      EnvironmentVariables: { MC_PORT: '9000', MC_LOG_FILE: made.log },
      RunAtLoad: true,
      KeepAlive: { SuccessfulExit: false },
    });
    expect(made.file).toMatch(/\/Library\/LaunchAgents\/mission-control-.*\.plist$/);
  });
});

describe('a plan', () => {
  it('never takes a token, neither from a flag nor from the environment', async () => {
    await expect(plan('linux', { token: 'secret-secret' })).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringContaining('--token gives one'),
    });
    vi.stubEnv('MC_TOKEN', 'secret-secret');
    await expect(plan('linux')).rejects.toMatchObject({ message: expect.stringContaining('MC_TOKEN gives one') });
    vi.stubEnv('MC_TOKEN', '');
    const file = join(scratch(), 'token');
    writeFileSync(file, 'secret-secret\n', { mode: 0o600 });
    const text = unitText(await plan('linux', { 'token-file': file }));
    expect(text).toContain(`MC_TOKEN_FILE=${file}`);
    expect(text).not.toContain('secret-secret');
  });

  it('says where it knows no service manager', async () => {
    await expect(plan('win32')).rejects.toMatchObject({ code: 'usage', message: expect.stringContaining('win32') });
  });
});
