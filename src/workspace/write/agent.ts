import { join } from 'node:path';
import { McError, workspaceLayout } from '../../base/index.js';
import { type AgentReport, isAgentId, isCounterName } from '../../protocol/index.js';
import { bufferOf, whenDone, workOrWait } from '../read/thread.js';
import { inTurn } from './turns.js';
import { editOrBegin, editTarget, type Ground, isNoDirectory, jsonEdit, type TargetEdit } from './target.js';

/**
 * Merges a report into the agent's state.json (and, for a zone, into the office file), atomically and keeping what it does
 * not understand, and what others write meanwhile. `activity` is news, not state: it is written nowhere. `now` in
 * milliseconds.
 * @throws McError `agent.not_found`; `state.unreadable` when a file is broken (nothing is written then); `input.invalid`;
 *   as `editTarget`
 */
export async function mergeReport(
  root: string,
  id: string,
  report: AgentReport,
  { now, retryMs: settleMs = 100, roots }: { now: number; retryMs?: number; roots?: Ground['roots'] },
): Promise<void> {
  const checked = checkReport(report);
  if (!isAgentId(id)) throw notFound(id);
  const ground = { root, roots };
  const { agents, office } = workspaceLayout(root);
  const statePath = join(agents, id, 'state.json');
  const mergeInto = (bytes: Buffer | null) =>
    whenDone(workOrWait('report', bytes?.length ?? 0, bytes, checked, now), bufferOf);
  const writeState = async () => {
    const name = `state.json of ${id}`;
    try {
      await editTarget(ground, { path: statePath, name, kind: 'rewrite', edit: jsonEdit(name, mergeInto), settleMs });
    } catch (error) {
      throw error instanceof McError && isNoDirectory(error.cause) ? notFound(id) : error;
    }
  };
  const { zone } = checked;
  if (zone === undefined) return inTurn(statePath, writeState);
  const name = 'current_office_state.json';
  const editOffice = (change: TargetEdit['edit']) =>
    editOrBegin(ground, { path: office, name, kind: 'rewrite', edit: jsonEdit(name, change), settleMs });
  const place = (bytes: Buffer | null) =>
    whenDone(workOrWait('place', bytes?.length ?? 0, bytes, id, zone, now), bufferOf);
  await inTurn(statePath, () =>
    inTurn(office, async () => {
      // Looked at first: with a broken office nothing is written at all.
      await editOffice(() => null);
      await writeState();
      await editOffice(place);
    }),
  );
}

function notFound(id: string): McError {
  return new McError('agent.not_found', `no agent ${JSON.stringify(id)}`, { hint: 'mc agents list shows them' });
}

function checkReport(report: AgentReport): AgentReport {
  for (const field of ['status', 'zone'] as const) {
    const value = report[field];
    if (value !== undefined && value.trim() === '') throw new McError('input.invalid', `${field} must not be empty`);
  }
  for (const [name, value] of Object.entries(report.counters ?? {})) {
    if (!isCounterName(name)) throw new McError('input.invalid', `no counter is named ${name}`);
    if (!Number.isFinite(value) || value < 0) throw new McError('input.invalid', `${name} must be a number from 0 up`);
  }
  return report;
}
