import { expect, vi } from 'vitest';
import type { Office } from '../server/office.js';

/** Puts agent `api` of the fixture into error; resolves when the alert about it fires. */
export async function letApiFail(office: Office): Promise<void> {
  await office.send('POST', '/api/agents/api/report', { status: 'error' });
  await vi.waitFor(
    async () => {
      const { body } = await office.get('/api/alerts?state=firing&rule=agent_error&agent=api');
      expect(body.alerts).toHaveLength(1);
    },
    { timeout: 10_000, interval: 50 },
  );
}
