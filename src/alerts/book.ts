import { toMcError } from '../base/index.js';
import type { AlertsFile } from '../protocol/index.js';
import { alertsFileVersion, readAlertsFile } from './file.js';
import { type ActiveRule, activeRules, BUILTIN_RULES } from './rules/index.js';

/** The rules in force, as the user's file has them now. */
export interface RuleBook {
  rules(): readonly ActiveRule[];
  file(): AlertsFile;
  /** Reads the file again when it is another one. Returns whether anything changed. */
  look(): boolean;
}

/** Reads the file for the first time. A wrong one leaves the built-in rules in force as they are. */
export function openRuleBook(path: string | null): RuleBook {
  let rules = activeRules(BUILTIN_RULES, null, '');
  /** Whether rules of the file are in force. */
  let isInForce = false;
  let file: AlertsFile = { path, state: 'none', error: null };
  let seen: string | null = null;
  const read = (from: string) => {
    try {
      const found = readAlertsFile(from);
      rules = activeRules(BUILTIN_RULES, found, from);
      isInForce = found !== null;
      file = { path, state: found === null ? 'none' : 'read', error: null };
    } catch (thrown) {
      const { message, hint } = toMcError(thrown);
      file = { path, state: isInForce ? 'kept' : 'wrong', error: hint ? `${message}; ${hint}` : message };
    }
  };
  const look = (): boolean => {
    if (path === null) return false;
    const now = alertsFileVersion(path);
    if (now === seen) return false;
    seen = now;
    read(path);
    return true;
  };
  look();
  return { rules: () => rules, file: () => file, look };
}
