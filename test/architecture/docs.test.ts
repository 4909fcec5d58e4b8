import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { workspaceLayout } from '../../src/base/index.js';
import {
  CLOSE,
  COUNTER_NAMES,
  EVENT_TYPES,
  PUBLISHABLE,
  STATUS_WORDS,
  TASK_FILES,
  TASK_STATUSES,
} from '../../src/protocol/index.js';
import { HUB_LIMITS } from '../../src/server/stream/limits.js';
import { AGENT_FILES } from '../../src/workspace/agents/files.js';

const page = (name: string) => readFileSync(join(import.meta.dirname, '../../docs', name), 'utf8');

test.each([
  ['types of events', EVENT_TYPES],
  ['close codes', Object.values(CLOSE)],
  ['what can be published', PUBLISHABLE],
  ['limits', [HUB_LIMITS.frames.perSecond, HUB_LIMITS.frames.burst, HUB_LIMITS.outboxEvents.toLocaleString('en')]],
  [
    'frames',
    ['hello', 'resync', 'synced', 'heartbeat', 'error', 'pong', 'subscribed', 'authenticated', 'published', 'skipped'],
  ],
])('docs/websocket.md names all %s', (_what, words) => {
  expect(missing(page('websocket.md'), words)).toEqual([]);
});

test.each([
  ['files of an agent', AGENT_FILES],
  ['task files', TASK_FILES],
  ['words for a status', STATUS_WORDS],
  ['task statuses', TASK_STATUSES],
  ['counters', COUNTER_NAMES],
  ['other files', Object.values(paths(['office', 'config', 'backend']))],
])('docs/workspace.md names all %s', (_what, words) => {
  expect(missing(page('workspace.md'), words)).toEqual([]);
});

test('pages that are linked to are there', () => {
  const root = join(import.meta.dirname, '../..');
  const links = ['README.md', 'docs/workspace.md', 'docs/websocket.md', 'docs/architecture.md'].flatMap((file) =>
    [...readFileSync(join(root, file), 'utf8').matchAll(/\]\(([^):#]+\.md)\)/g)].map(([, to]) =>
      join(root, file, '..', to ?? ''),
    ),
  );
  for (const link of links) expect(() => readFileSync(link), link).not.toThrow();
  expect(links.length).toBeGreaterThan(3);
});

function missing(text: string, words: readonly (string | number)[]): (string | number)[] {
  return words.filter((word) => !text.includes(String(word)));
}

function paths(names: readonly ('office' | 'config' | 'backend')[]): string[] {
  const layout = workspaceLayout('/w');
  return names.map((name) => layout[name].slice('/w/'.length));
}
