import { expect, it } from 'vitest';
import { newestRow, readBackups } from '../../../src/tui/link/answers.js';

const NOW = Date.parse('2026-11-28T09:00:00.000Z');
const row = (id: string, hour: string, more: object = {}) => ({
  id,
  timestamp: `2026-11-28T${hour}:00:00.000Z`,
  backup_type: 'full',
  ...more,
});

it('never takes what a restore replaced, another agent’s, or one from ahead of the clock for the newest', () => {
  const backups = readBackups({
    backups: [
      row('good', '06'),
      row('replaced', '07', { safety: true }),
      row('ahead', '23'),
      row('agent_api_x_1', '08', { backup_type: 'agent_state', agent: 'api_x' }),
    ],
  });
  expect(newestRow(backups, { type: 'full' }, NOW)?.id).toBe('good');
  expect(newestRow(backups, { type: 'agent_state', agent: 'api' }, NOW)).toBeNull();
  expect(newestRow(backups, { type: 'agent_state', agent: 'api_x' }, NOW)?.id).toBe('agent_api_x_1');
});
