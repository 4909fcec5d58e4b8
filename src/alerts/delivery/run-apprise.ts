import { execa } from 'execa';
import type { Verdict } from './plan.js';
import type { Notice } from './targets/apprise.js';

/** Variables that a Python program needs to start. Of all others it hears nothing: they may be somebody else's secrets. */
const KEPT = ['PATH', 'HOME', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR', 'SSL_CERT_FILE', 'SSL_CERT_DIR'];

/**
 * Notifies by the `apprise` command. What is secret goes by environment, the text by stdin: everyone sees arguments. All
 * that the command tells of a failure is that there was one.
 */
export async function runApprise(
  notice: Notice,
  url: string,
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<Verdict> {
  const kept = Object.fromEntries(KEPT.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])));
  const { exitCode, code, isCanceled, stderr, stdout } = await execa(
    'apprise',
    [`--notification-type=${notice.type}`, '--input-format=text'],
    {
      // The title has no other way in: a text on several lines would be read as the body.
      input: `${notice.title}\n\n${notice.body}`,
      env: { ...kept, APPRISE_URLS: url },
      extendEnv: false,
      reject: false,
      cancelSignal: signal,
      forceKillAfterDelay: 1000,
      maxBuffer: 64 * 1024,
    },
  );
  if (exitCode === 0) return { outcome: 'delivered' };
  if (isCanceled) throw signal.reason as Error;
  if (code === 'ENOENT') {
    return {
      outcome: 'again',
      reason: 'there is no command "apprise": install it (apt install apprise)',
      afterMs: null,
    };
  }
  const said = `${stderr}\n${stdout}`.trim().split('\n').at(-1) ?? '';
  return { outcome: 'again', reason: `apprise ended with ${exitCode ?? code}: ${said.slice(0, 200)}`, afterMs: null };
}
