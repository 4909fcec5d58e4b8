import { toMcError } from '../base/index.js';
import type { AlertsFile } from '../protocol/index.js';
import type { AlertsFileReader, AlertsFileSeen } from './file.js';
import { type ActiveRule, activeRules, BUILTIN_RULES } from './rules/index.js';

/** The rules in force, as the user's file has them now. */
export interface RuleBook {
  rules(): readonly ActiveRule[];
  file(): AlertsFile;
  /** Takes in the file when it is another one. Returns whether it was. */
  look(): boolean;
}

/** Takes in the file for the first time. A wrong one leaves the built-in rules in force as they are. */
export function openRuleBook(reader: AlertsFileReader): RuleBook {
  const { path } = reader;
  let rules = activeRules(BUILTIN_RULES, null, '');
  /** Whether rules of the file are in force. */
  let isInForce = false;
  let file: AlertsFile = { path, state: 'none', error: null };
  let last: AlertsFileSeen | null = null;
  const take = ({ content, error }: AlertsFileSeen) => {
    try {
      if (error !== null) throw error;
      rules = activeRules(BUILTIN_RULES, content, path ?? '');
      isInForce = content !== null;
      file = { path, state: content === null ? 'none' : 'read', error: null };
    } catch (thrown) {
      const { message, hint } = toMcError(thrown);
      file = { path, state: isInForce ? 'kept' : 'wrong', error: hint ? `${message}; ${hint}` : message };
    }
  };
  const look = (): boolean => {
    const seen = reader.look();
    if (path === null || seen === last) return false;
    last = seen;
    take(seen);
    return true;
  };
  look();
  return { rules: () => rules, file: () => file, look };
}
