import { McError } from '../../base/index.js';
import type { ManagerName, ServicePlan } from './plan.js';

/** How a service manager says a service does. */
export interface ServiceState {
  /** It is started with its user's session. */
  enabled: boolean;
  /** The manager's own word: `active`, `activating`, `failed`, `inactive` … */
  state: string;
  pid: number | null;
}

/** What mc asks of a service manager. Every step may be taken twice. */
export interface Manager {
  /** @throws McError `io` when it cannot be reached, with what to do */
  reach(): Promise<void>;
  /** Reads the file anew, starts the service with its user's session and now. */
  begin(plan: ServicePlan, changed: boolean): Promise<void>;
  /** Ends it for good; its file is still there. */
  end(plan: ServicePlan): Promise<void>;
  /** After the file is gone. */
  forget(): Promise<void>;
  state(plan: ServicePlan): Promise<ServiceState>;
}

export function managerFor(name: ManagerName): Manager {
  return name === 'systemd' ? systemd : launchd;
}

/** How long a manager may take: a start waits until the server answers. */
const LIMIT_MS = 11 * 60_000;

async function ask(program: string, args: readonly string[]): Promise<{ ok: boolean; out: string; err: string }> {
  // Only who asks a manager loads it.
  const { execa } = await import('execa');
  const { failed, stdout, stderr, shortMessage } = await execa(program, args, {
    reject: false,
    stdin: 'ignore',
    timeout: LIMIT_MS,
    env: { LC_ALL: 'C' },
  });
  return { ok: !failed, out: stdout.trim(), err: stderr.trim() || (shortMessage ?? '') };
}

async function must(program: string, args: readonly string[], hint: string): Promise<string> {
  const { ok, out, err } = await ask(program, args);
  if (ok) return out;
  throw new McError('io', `${program} ${args.join(' ')} failed: ${err || out}`, { hint });
}

const user = (...args: string[]): string[] => ['--user', ...args];

const systemd: Manager = {
  async reach() {
    const { ok, err } = await ask('systemctl', user('show-environment'));
    if (ok) return;
    throw new McError('io', `the user's systemd cannot be reached: ${err}`, {
      hint: 'log in as this user (not by su), or: loginctl enable-linger; without systemd: mc start, from cron @reboot say. --dry-run shows the unit',
    });
  },
  async begin({ name }, changed) {
    const hint = `see systemctl --user status ${name} and mc logs`;
    await must('systemctl', user('daemon-reload'), hint);
    await must('systemctl', user('enable', name), hint);
    await must('systemctl', user(changed ? 'restart' : 'start', name), hint);
  },
  async end({ name }) {
    await must('systemctl', user('disable', '--now', name), `see systemctl --user status ${name}`);
  },
  async forget() {
    await must('systemctl', user('daemon-reload'), 'try again');
  },
  async state({ name }) {
    const { out } = await ask('systemctl', user('show', name, '--property=UnitFileState,ActiveState,MainPID'));
    const fields = Object.fromEntries(out.split('\n').map((line) => line.split('=', 2)));
    const pid = Number(fields.MainPID);
    return {
      enabled: fields.UnitFileState === 'enabled',
      state: fields.ActiveState ?? 'unknown',
      pid: Number.isInteger(pid) && pid > 0 ? pid : null,
    };
  },
};

const domain = (): string => `gui/${process.getuid?.() ?? 0}`;

const launchd: Manager = {
  async reach() {
    await must(
      'launchctl',
      ['print', domain()],
      'log in at the machine itself as this user; --dry-run shows the agent',
    );
  },
  async begin({ name, file }, changed) {
    const target = `${domain()}/${name}`;
    const { ok: loaded } = await ask('launchctl', ['print', target]);
    if (loaded && !changed) return;
    if (loaded) await must('launchctl', ['bootout', target], `see launchctl print ${target}`);
    await must('launchctl', ['bootstrap', domain(), file], `see launchctl print ${target} and mc logs`);
  },
  async end({ name }) {
    const target = `${domain()}/${name}`;
    if ((await ask('launchctl', ['print', target])).ok) {
      await must('launchctl', ['bootout', target], `see launchctl print ${target}`);
    }
  },
  async forget() {},
  async state({ name }) {
    const { ok, out } = await ask('launchctl', ['print', `${domain()}/${name}`]);
    const pid = Number(/^\s*pid = (\d+)$/m.exec(out)?.[1]);
    const state = /^\s*state = (.+)$/m.exec(out)?.[1];
    return { enabled: ok, state: ok ? (state ?? 'unknown') : 'inactive', pid: Number.isInteger(pid) ? pid : null };
  },
};
