import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { McError, workspaceLayout, writeFileAtomic } from '../base/index.js';
import type { AgentReport } from '../protocol/index.js';
import { isAgentId } from './agent-list.js';
import { COUNTER_NAMES } from './counters.js';
import { bufferOf, work } from './desk.js';
import { followLink } from './read-bytes.js';
import { inTurn } from './write-queue.js';
import { openJsonTarget } from './write-target.js';

/**
 * Merges a report into the agent's state.json (and, for a zone, into the office file), atomically and keeping what it does
 * not understand. `activity` is news, not state: it is written nowhere. `now` in milliseconds.
 * @throws McError `agent.not_found`; `state.unreadable` when a file is broken (nothing is written then); `input.invalid`
 */
export async function mergeReport(
  root: string,
  id: string,
  report: AgentReport,
  now: number,
  options: { retryMs?: number } = {},
): Promise<void> {
  const checked = checkReport(report);
  const { office } = workspaceLayout(root);
  const retryMs = options.retryMs ?? 100;
  const statePath = join(await agentDirectory(root, id), 'state.json');
  await inTurn(statePath, async () => {
    const state = await openJsonTarget(root, statePath, `state.json of ${id}`, retryMs);
    const merged = bufferOf(await work('report', state.bytes?.length ?? 0, state.bytes, checked, now));
    const { zone } = checked;
    if (zone === undefined) return writeFileAtomic(state.path, merged);
    return inTurn(office, async () => {
      const file = await openJsonTarget(root, office, 'current_office_state.json', retryMs);
      const placed = bufferOf(await work('place', file.bytes?.length ?? 0, file.bytes, id, zone, now));
      await writeFileAtomic(state.path, merged);
      await writeFileAtomic(file.path, placed);
    });
  });
}

async function agentDirectory(root: string, id: string): Promise<string> {
  const path = join(workspaceLayout(root).agents, id);
  const found = isAgentId(id) ? await stat(path).catch(() => null) : null;
  if (!found?.isDirectory()) {
    throw new McError('agent.not_found', `no agent ${JSON.stringify(id)}`, { hint: 'mc agents list shows them' });
  }
  const outside = await followLink(root, path);
  if ('refused' in outside) throw new McError('file.refused', `agent ${JSON.stringify(id)}: ${outside.refused}`);
  return path;
}

function checkReport(report: AgentReport): AgentReport {
  for (const field of ['status', 'zone'] as const) {
    const value = report[field];
    if (value !== undefined && value.trim() === '') throw new McError('input.invalid', `${field} must not be empty`);
  }
  for (const [name, value] of Object.entries(report.counters ?? {})) {
    if (!Object.hasOwn(COUNTER_NAMES, name)) throw new McError('input.invalid', `no counter is named ${name}`);
    if (!Number.isFinite(value) || value < 0) throw new McError('input.invalid', `${name} must be a number from 0 up`);
  }
  return report;
}
