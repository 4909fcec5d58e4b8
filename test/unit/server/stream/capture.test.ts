import { expect, it } from 'vitest';
import { type Agent, emptySnapshot, type KeptNotification, type Task } from '../../../../src/protocol/index.js';
import { createCapturer } from '../../../../src/server/stream/capture.js';

it('shares a capture at one position, and is not changed by what comes after it', () => {
  const snapshot = emptySnapshot();
  const capture = createCapturer(snapshot);
  snapshot.agents.set('b', { id: 'b' } as Agent);
  snapshot.agents.set('a', { id: 'a' } as Agent);
  snapshot.tasks.set('PENDING_TASKS.md', [{ key: 'k' } as Task]);
  const first = capture({ epoch: 'e', seq: 2 });
  expect(capture({ epoch: 'e', seq: 2 })).toBe(first);

  snapshot.agents.set('a', { id: 'a', name: 'new' } as Agent);
  snapshot.agents.delete('b');
  snapshot.tasks.delete('PENDING_TASKS.md');
  snapshot.notifications = [{ id: 'n' } as KeptNotification];
  expect(first.agents).toEqual([{ id: 'a' }, { id: 'b' }]);
  expect(first.tasks).toEqual([{ path: 'PENDING_TASKS.md', tasks: [{ key: 'k' }] }]);
  expect(first.notifications).toEqual([]);
  expect(capture({ epoch: 'e', seq: 3 })).toMatchObject({ agents: [{ id: 'a', name: 'new' }], tasks: [] });
});
