import {
  type AgentReading,
  type AgentWarning,
  agentStatusData,
  type EventDraft,
  heldOffice,
  LAYOUT,
  type Notification,
  type OfficeReading,
  type Reading,
  type Snapshot,
  type TaskFile,
  type TaskFileReading,
} from '../protocol/index.js';
import { memoryActivities, taskActivities } from './activity.js';
import { keepsGood, trueAgent } from './agents.js';
import { boundOffice } from './bounds.js';
import { sameJson } from './equal.js';
import { emptyMemo, type Memo, passedOverIn, type Refusal, refusalText, stateFile } from './memo.js';
import { diffTasks } from './tasks.js';

export interface DiffOptions {
  /** Milliseconds since the epoch. */
  now: number;
  /** How long an agent without a heartbeat interval of its own may be silent, in milliseconds. */
  staleAfterMs: number;
  /** Makes the ids of the notifications; must never repeat one. */
  newId: () => string;
  /** What earlier readings said; without it no memory counts as written and every refusal as new. */
  memo?: Memo;
}

/** One comparison: what is compared, and what has been found so far. */
interface Diff {
  snapshot: Snapshot;
  options: DiffOptions;
  memo: Memo;
  drafts: EventDraft[];
  /** Published after everything else, so that whoever reads it already sees what it is about. */
  notifications: Notification[];
}

/**
 * What a reading changes: agents by id (each with its activities), the office, tasks, files, then notifications.
 * Changes neither the snapshot nor the memo. The same reading again, applied, gives nothing.
 */
export function diffReading(snapshot: Snapshot, reading: Reading, options: DiffOptions): EventDraft[] {
  const diff: Diff = { snapshot, options, memo: options.memo ?? emptyMemo(), drafts: [], notifications: [] };
  for (const id of [...reading.agents.keys()].sort()) diffAgent(diff, id, reading.agents.get(id) ?? null);
  if (reading.office) diffOffice(diff, reading.office);
  for (const [path, tasks] of reading.tasks) diffTaskFile(diff, path, tasks);
  tellPassedOver(diff, reading);
  const at = options.now;
  for (const data of reading.files) diff.drafts.push({ type: 'file_change', data, at });
  for (const data of diff.notifications) diff.drafts.push({ type: 'notification', data, at });
  return diff.drafts;
}

function diffAgent({ snapshot, options, memo, drafts, notifications }: Diff, id: string, reading: AgentReading | null) {
  const { now: at, staleAfterMs } = options;
  const held = snapshot.agents.get(id);
  if (!reading) {
    if (held) drafts.push({ type: 'agent_removed', data: { agent: id }, at });
    return;
  }
  const agent = trueAgent(held, reading, at, staleAfterMs);
  if (!held || !sameJson(held, agent)) {
    drafts.push({ type: 'agent_status', data: agentStatusData(agent, held), at });
  }
  const memory = memo.memory.get(id);
  const activities = [
    ...(held ? taskActivities(held, agent) : []),
    ...(memory ? memoryActivities(memory, reading.memory) : []),
  ];
  for (const activity of activities) drafts.push({ type: 'agent_activity', data: { agent: id, activity }, at });
  if (held && reading.broken && keepsGood(held, reading) && !memo.refused.has(stateFile(id))) {
    notifications.push(brokenAgent(options.newId(), id, reading.broken));
  }
}

function diffOffice(diff: Diff, said: OfficeReading) {
  const { snapshot, options, drafts } = diff;
  const reading = boundOffice(said);
  if ('refused' in reading) return tellRefusal(diff, LAYOUT.office, reading.refused);
  const office = reading.office && heldOffice(reading.office);
  if (sameJson(snapshot.office, office)) return;
  drafts.push({ type: 'agent_position', data: office ?? { positions: {} }, at: options.now });
}

function diffTaskFile(diff: Diff, path: TaskFile, reading: TaskFileReading) {
  if ('refused' in reading) return tellRefusal(diff, path, reading.refused);
  const data = diffTasks(path, diff.snapshot.tasks.get(path) ?? [], reading.tasks);
  if (data) diff.drafts.push({ type: 'task_update', data, at: diff.options.now });
}

function tellRefusal({ memo, options, notifications }: Diff, file: string, refusal: Refusal) {
  if (memo.refused.has(file)) return;
  notifications.push({
    id: options.newId(),
    title: `${file} cannot be read`,
    message: `${file}: ${refusalText(refusal)}. What was last read from it is shown.`,
    level: 'warning',
    data: { file, place: refusal.place, reason: refusal.reason },
  });
}

/** Reported once, and again when it is something else. */
function tellPassedOver({ memo, options, notifications }: Diff, reading: Reading) {
  for (const [file, note] of passedOverIn(reading)) {
    if (note === '' || memo.passedOver.get(file) === note) continue;
    notifications.push({
      id: options.newId(),
      title: `${file} is not shown whole`,
      message: `${file}: ${note}.`,
      level: 'warning',
      data: { file, place: null, reason: note },
    });
  }
}

function brokenAgent(id: string, agent: string, { file, place, reason }: AgentWarning): Notification {
  return {
    id,
    title: `${file} of ${agent} cannot be read`,
    message: `${agent}/${file}: ${refusalText({ place, reason })}. The last good state is shown.`,
    level: 'warning',
    agent,
    data: { file, place, reason },
  };
}
