import { Flags } from '@oclif/core';
import { McError, parseDuration } from '../base/index.js';
import type { CheckLimits } from './check.js';

/** The flags that say what is good enough. */
export const limitFlags = {
  'min-health': Flags.string({ description: 'Least health score, 0 to 1', default: '0.8', helpValue: 'N' }),
  'max-error-rate': Flags.string({ description: 'Largest share of failed tasks', default: '0.1', helpValue: 'N' }),
  'max-backup-age': Flags.string({
    description: 'Age of the newest backup, 12h unless said; when it is said there has to be one',
    helpValue: 'DURATION',
  }),
  'max-stale': Flags.string({
    description: 'Longest silence of an agent that says it works; twice its own heartbeat where that is longer',
    default: '10m',
  }),
  'max-waiting': Flags.string({ description: 'Longest time that an agent waits for a person', default: '10m' }),
  'no-firing': Flags.boolean({
    description: 'No alert may fire, but for those that are silenced; needs a server',
    exclusive: ['offline'],
  }),
  'require-agent': Flags.string({
    description: 'This agent must be active, busy, idle or waiting',
    helpValue: 'ID',
    multiple: true,
    multipleNonGreedy: true,
  }),
};

/** What those flags hold. */
export interface LimitWords {
  'min-health': string;
  'max-error-rate': string;
  'max-backup-age'?: string | undefined;
  'max-stale': string;
  'max-waiting': string;
  'no-firing': boolean;
  'require-agent'?: string[] | undefined;
}

/** The limits that the flags say. @throws McError `usage` naming the flag that says none */
export function readLimits(flags: LimitWords): CheckLimits {
  return {
    minHealth: share('min-health', flags['min-health']),
    maxErrorRate: share('max-error-rate', flags['max-error-rate']),
    maxBackupAge: duration('max-backup-age', flags['max-backup-age'] ?? '12h'),
    wantsBackup: flags['max-backup-age'] !== undefined,
    maxStale: duration('max-stale', flags['max-stale']),
    maxWaiting: duration('max-waiting', flags['max-waiting']),
    noFiring: flags['no-firing'],
    requireAgents: flags['require-agent'] ?? [],
  };
}

function share(flag: string, text: string): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (value >= 0 && value <= 1) return value;
  throw new McError('usage', `--${flag}: "${text}" is not a share`, { hint: 'accepted is a number from 0 to 1' });
}

function duration(flag: string, text: string): number {
  const ms = parseDuration(text);
  if (ms !== null) return ms;
  throw new McError('usage', `--${flag}: "${text}" is not a duration`, { hint: 'accepted is 90s, 10m, 12h, 7d' });
}
