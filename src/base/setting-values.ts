import { formatDuration } from '../protocol/index.js';
import { exactDuration, parseDuration } from './duration.js';
import { type SettingKey, type SettingValue, settingOf } from './settings.js';

/** What a setting accepts, in words. */
export function acceptedBy(key: SettingKey): string {
  const setting = settingOf(key);
  switch (setting.kind) {
    case 'choice':
      return `one of ${setting.choices.join(', ')}`;
    case 'integer':
      return `a whole number from ${setting.min} to ${setting.max}`;
    case 'number':
      return `a number from ${setting.min} to ${setting.max}`;
    case 'duration':
      return `a duration from ${boundText(setting.min)} to ${boundText(setting.max)}, such as ${exampleWithin(setting)}`;
    case 'boolean':
      return 'true or false';
    case 'list':
      return setting.words ? `a list of ${setting.words.join(', ')}` : 'a list of texts';
    case 'string':
      return 'a text';
  }
}

/** A bound as one types it: whole days beyond a day, milliseconds below a second. */
function boundText(ms: number): string {
  return ms > 0 && ms < 1000 ? `${ms}ms` : formatDuration(ms);
}

function exampleWithin({ min, max }: { min: number; max: number }): string {
  const fits = (text: string) => (parseDuration(text) ?? 0) >= min && (parseDuration(text) ?? 0) <= max;
  return ['90s', '15m', '6h', '7d', '30d'].filter(fits).slice(0, 2).join(' or ');
}

/** A raw value (text from a flag or the environment, anything from a file) as the setting holds it; undefined: not accepted. */
export function readSetting(key: SettingKey, raw: unknown): SettingValue | undefined {
  const setting = settingOf(key);
  switch (setting.kind) {
    case 'string':
      return typeof raw === 'string' && raw !== '' ? raw : undefined;
    case 'choice':
      return typeof raw === 'string' && setting.choices.includes(raw) ? raw : undefined;
    case 'integer':
    case 'number':
      return readNumber(raw, setting);
    case 'duration': {
      const ms = typeof raw === 'string' ? parseDuration(raw) : null;
      return ms !== null && ms >= setting.min && ms <= setting.max ? ms : undefined;
    }
    case 'boolean':
      if (typeof raw === 'boolean') return raw;
      return raw === 'true' || raw === '1' ? true : raw === 'false' || raw === '0' ? false : undefined;
    case 'list':
      return readList(raw, setting.words);
  }
}

/** A value as the text that `readSetting` reads as the same: what a flag or an environment variable holds. */
export function settingText(key: SettingKey, value: SettingValue): string {
  if (typeof value === 'number' && settingOf(key).kind === 'duration') return exactDuration(value);
  return String(value ?? '');
}

function readNumber(raw: unknown, setting: { kind: string; min: number; max: number }): number | undefined {
  const value = typeof raw === 'string' && raw.trim() !== '' ? Number(raw) : raw;
  if (typeof value !== 'number' || !Number.isFinite(value)) return undefined;
  if (setting.kind === 'integer' && !Number.isInteger(value)) return undefined;
  return value >= setting.min && value <= setting.max ? value : undefined;
}

function readList(raw: unknown, words?: readonly string[]): readonly string[] | undefined {
  const list = typeof raw === 'string' ? splitList(raw) : raw;
  if (!Array.isArray(list) || !list.every((item) => typeof item === 'string')) return undefined;
  return words === undefined || list.every((item) => words.includes(item)) ? list : undefined;
}

function splitList(text: string): string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}
