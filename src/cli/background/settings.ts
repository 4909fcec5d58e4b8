import { resolve } from 'node:path';
import {
  type Config,
  envOf,
  type Origin,
  SETTING_KEYS,
  type SettingKey,
  settingOf,
  settingText,
} from '../../base/index.js';

/** Which server a command talks to, and what only a server in the foreground has, says nothing of one in the background. */
const NOT_TAKEN: readonly SettingKey[] = ['workspace', 'server', 'stream', 'timeout', 'demo', 'demoAgents', 'demoRate'];

/**
 * The settings that came from one of these places, as environment variables: exact, and a token among them is not seen in the
 * list of processes. Paths are made absolute, as the server is started elsewhere.
 */
export function givenSettings({ values, origins }: Config, kinds: readonly Origin['kind'][]): Record<string, string> {
  const given = SETTING_KEYS.filter((key) => {
    // A token that was read from a file is read there again.
    if (key === 'token' && values.tokenFile !== null && origins.token === origins.tokenFile) return false;
    return !NOT_TAKEN.includes(key) && kinds.includes(origins[key].kind);
  });
  return Object.fromEntries(
    given.map((key) => {
      const text = settingText(key, values[key]);
      return [envOf(key), settingOf(key).path ? resolve(text) : text];
    }),
  );
}

/** The environment of a server with exactly these settings. */
export function environmentWith(settings: Record<string, string>, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const names = new Set(SETTING_KEYS.map(envOf));
  const others = Object.entries(env).filter(([name]) => !names.has(name));
  return { ...Object.fromEntries(others), ...settings };
}
