import { statSync } from 'node:fs';
import { toMcError } from '../base/index.js';
import type { AlertsFile } from '../protocol/index.js';
import { type AlertsFileContent, readAlertsFile } from './file.js';
import { type ActiveRule, activeRules, BUILTIN_RULES } from './rules/index.js';

/** The rules in force, as the user's file has them now. */
export interface RuleBook {
  rules(): readonly ActiveRule[];
  file(): AlertsFile;
  /** What the file says, targets included; null: there is none, or none that was ever right. */
  content(): AlertsFileContent | null;
  /** Reads the file again when it is another one. Returns whether anything changed. */
  look(): boolean;
}

/** Reads the file for the first time. A wrong one leaves the built-in rules in force as they are. */
export function openRuleBook(path: string | null): RuleBook {
  let rules = activeRules(BUILTIN_RULES, null, '');
  let content: AlertsFileContent | null = null;
  let file: AlertsFile = { path, state: 'none', error: null };
  let seen: string | null = null;
  const read = (from: string) => {
    try {
      const found = readAlertsFile(from);
      rules = activeRules(BUILTIN_RULES, found, from);
      content = found;
      file = { path, state: found === null ? 'none' : 'read', error: null };
    } catch (thrown) {
      const { message, hint } = toMcError(thrown);
      file = { path, state: content === null ? 'wrong' : 'kept', error: hint ? `${message}; ${hint}` : message };
    }
  };
  const look = (): boolean => {
    if (path === null) return false;
    const now = signOf(path);
    if (now === seen) return false;
    seen = now;
    read(path);
    return true;
  };
  look();
  return { rules: () => rules, file: () => file, content: () => content, look };
}

/** Another text for another file; a change of the mode counts: it may be what was wrong. */
function signOf(path: string): string {
  try {
    const stats = statSync(path, { throwIfNoEntry: false });
    return stats ? [stats.ino, stats.size, stats.mtimeMs, stats.mode, stats.uid].join(' ') : 'none';
  } catch (error) {
    return String(error);
  }
}
