import type { Task } from '../../../../src/protocol/index.js';

/** A pending task without a date. */
export function taskOf(parts: Partial<Task> = {}): Task {
  return {
    key: `PENDING_TASKS.md#${parts.id ?? parts.text ?? 'x'}`,
    text: 'x',
    status: 'pending',
    id: null,
    assignee: null,
    priority: null,
    due: null,
    created: null,
    source: 'PENDING_TASKS.md',
    line: 1,
    ...parts,
  };
}
