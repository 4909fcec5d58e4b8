import {
  type Config,
  type ConfigFault,
  exactDuration,
  flagOf,
  SETTING_KEYS,
  type SettingKey,
  settingOf,
  type SettingValue,
} from '../../base/index.js';
import { renderTable } from './table.js';
import type { Terminal } from './terminal.js';

/** What `mc config show --json` prints: values as a config file would hold them, secrets hidden. */
export interface ShownConfig {
  workspace: string;
  values: Record<string, SettingValue>;
  origins?: Config['origins'];
  /** What could not be taken, and why; nothing of such a place is in force. Empty when all is well. */
  faults: { place: ConfigFault['kind']; message: string; hint: string | null }[];
}

/** The settled configuration to be shown; `origins` says where each value comes from. */
export function shownConfig(config: Config, origins: boolean): ShownConfig {
  const values = Object.fromEntries(SETTING_KEYS.map((key) => [key, shown(key, config.values[key])]));
  const faults = config.faults.map(({ kind, error: { message, hint } }) => ({ place: kind, message, hint }));
  return { workspace: config.workspace, values, ...(origins ? { origins: config.origins } : {}), faults };
}

/** The same as a table. */
export function configTable(config: ShownConfig, terminal: Terminal): string {
  const { origins } = config;
  const keys = Object.keys(config.values) as SettingKey[];
  return renderTable(
    [
      { header: 'KEY', cell: (key) => key },
      { header: 'VALUE', cell: (key) => text(config.values[key] ?? null), min: 10 },
      ...(origins ? [{ header: 'FROM', cell: (key: SettingKey) => originText(origins[key]), min: 10 }] : []),
      { header: 'FLAG', cell: (key) => `--${flagOf(key)}` },
    ],
    keys,
    terminal,
  );
}

function originText({ kind, name }: Config['origins'][SettingKey]): string {
  return name === null ? kind : `${kind} ${name}`;
}

function shown(key: SettingKey, value: SettingValue): SettingValue {
  const setting = settingOf(key);
  if (setting.secret) return value === null ? null : '***';
  if (setting.kind === 'duration' && typeof value === 'number') return exactDuration(value);
  if (Array.isArray(value)) return value.map(withoutPassword);
  return typeof value === 'string' ? withoutPassword(value) : value;
}

/** A URL without the user and the password that may stand in it. */
function withoutPassword(text: string): string {
  return text.replaceAll(/(\w+:\/\/)[^/\s@]+@/g, '$1***@');
}

function text(value: SettingValue): string {
  if (value === null) return '–';
  return Array.isArray(value) ? value.join(', ') || '–' : String(value);
}
