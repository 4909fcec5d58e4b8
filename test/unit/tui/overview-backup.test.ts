import { expect, it } from 'vitest';
import { callPath } from '../../../src/client/index.js';
import { BACKUPS } from '../../../src/tui/polls.js';
import { at, liveStore, modelOf, NOW, screenText } from './models.js';
import { answerAll } from './polls-data.js';

/** The pane of the overview about backups, for a server that has these. */
function pane(backups: object[]): string {
  const store = liveStore();
  answerAll(store);
  const full = backups.map((more) => ({
    id: 'b',
    backup_type: 'full',
    verified_at: at(60),
    size_bytes: 38e6,
    ...more,
  }));
  store.poll(callPath(BACKUPS), { at: NOW, value: { backups: full, next_at: null }, error: null, missing: false });
  return screenText(modelOf(store), { columns: 80, rows: 24 }).join('\n');
}

it('shows the backup of an idle fleet as old as its last finding that nothing had changed', () => {
  expect(pane([{ timestamp: at(30 * 86_400), holds_at: at(7440) }])).toContain('✓ 2h 04m ago 38.0 MB');
});

it('does not call a backup from ahead of the clock fresh', () => {
  expect(pane([{ timestamp: at(-7200) }])).toContain('✓ age unknown 38.0 MB');
});
