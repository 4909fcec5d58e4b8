import { describe, expect, it } from 'vitest';
import { type Office, startOffice } from './office.js';

const PERIOD = 'hours=87600';

/** Every item of a list, asked for two at a time, and how many pages that took. */
async function paged({ get }: Office, path: string, field: string): Promise<{ items: unknown[]; pages: number }> {
  const items: unknown[] = [];
  let cursor = '';
  for (let pages = 1; ; pages += 1) {
    const { status, body } = await get(`${path}limit=2${cursor}`);
    expect(status).toBe(200);
    expect(body[field].length).toBeLessThanOrEqual(2);
    items.push(...body[field]);
    if (body.next_cursor === null) return { items, pages };
    cursor = `&cursor=${body.next_cursor}`;
  }
}

describe('every list', () => {
  it.each([
    ['/api/system/metrics', PERIOD, 'history'],
    ['/api/agents/api/history', PERIOD, 'history'],
    ['/api/tasks/active', '', 'active_tasks'],
    ['/api/backups', 'type=full', 'backups'],
  ])('%s comes whole, or in pages when asked for', async (path, query, field) => {
    const office = await startOffice();
    const whole = (await office.get(`${path}?${query}`)).body[field];
    expect(whole.length).toBeGreaterThan(0);
    const { items, pages } = await paged(office, `${path}?${query}&`, field);
    expect(items).toEqual(whole);
    expect(pages).toBe(Math.ceil(whole.length / 2));
    expect((await office.get(`${path}?${query}&limit=0`)).status).toBe(400);
    expect((await office.get(`${path}?${query}&cursor=nonsense`)).body).toMatchObject({ code: 'input.invalid' });
  });

  it('keeps the older shape for who asks for no page', async () => {
    const { get } = await startOffice();
    expect(Object.keys((await get(`/api/system/metrics?${PERIOD}`)).body)).toEqual(['history']);
    expect(Object.keys((await get('/api/tasks/active')).body)).toEqual(['active_tasks']);
  });
});

it('refuses backups of a type that there is not', async () => {
  const { get } = await startOffice();
  const { status, body } = await get('/api/backups?type=foo');
  expect(status).toBe(400);
  expect(body).toMatchObject({ code: 'input.invalid', hint: 'accepted: full, agent_state, snapshot' });
  expect((await get('/api/backups?type=snapshot')).status).toBe(200);
});
