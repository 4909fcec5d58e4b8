import { type Agent, ageOf, cutText } from '../../protocol/index.js';
import { IN_LINE } from './rule.js';

/** `state.json status: error`: where an agent's status stands. */
export function evidenceOf({ evidence, status }: Pick<Agent, 'evidence' | 'status'>): string {
  if (evidence === null) return `its word is ${cutText(status, IN_LINE)}`;
  const place = evidence.field === null ? evidence.file : `${evidence.file} ${evidence.field}`;
  return cutText(evidence.value === null ? place : `${place}: ${evidence.value}`, IN_LINE);
}

/** For how long an agent has its status by its own files, in milliseconds; 0 when they do not say. */
export function heldBy({ since }: Pick<Agent, 'since'>, now: number): number {
  return since === null ? 0 : (ageOf(Date.parse(since), now) ?? 0);
}
