import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { addTarget, createTargetBook, pauseTarget, removeTarget } from '../../../src/alerts/delivery/target-file.js';
import { openAlertsFile } from '../../../src/alerts/index.js';
import { startOffice } from '../server/office.js';
import { until } from '../../support/delivery.js';
import { scratch } from '../../support/scratch.js';

const ops = { name: 'ops', url: 'https://example.org/x' };

describe('the file of targets', () => {
  it('keeps what else stands in it, for its owner alone', async () => {
    const path = join(scratch(), 'deep', 'alerts.json');
    mkdirSync(join(path, '..'));
    const rules = [{ name: 'r', metric: 'rss', op: '>', value: 1 }];
    writeFileSync(path, JSON.stringify({ rules }), { mode: 0o600 });
    await addTarget(path, { ...ops, secret: { env: 'X' } });
    await pauseTarget(path, 'ops', true);
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({
      rules,
      targets: [{ ...ops, secret: { env: 'X' }, paused: true }],
    });
    await pauseTarget(path, 'ops', false);
    await removeTarget(path, 'ops');
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({ rules, targets: [] });
    expect(statSync(path).mode & 0o777).toBe(0o600);
    await expect(removeTarget(path, 'ops')).rejects.toMatchObject({ code: 'target.not_found' });
  });

  it('a file that is spoiled changes nothing of what was read before, and is told of', async () => {
    const path = join(scratch(), 'alerts.json');
    let now = 0;
    const book = createTargetBook(openAlertsFile(path, () => now));
    const look = () => {
      now += 1000;
      return [book.targets().map(({ name }) => name), book.error()];
    };
    expect(look()).toEqual([[], null]);
    await addTarget(path, ops);
    expect(look()).toEqual([['ops'], null]);
    writeFileSync(path, '{"targets": [{"na');
    expect(look()).toEqual([['ops'], expect.stringContaining('is not JSON')]);
    writeFileSync(path, JSON.stringify({ targets: [{ ...ops, name: 'new' }] }));
    expect(look()).toEqual([['new'], null]);
    chmodSync(path, 0o640);
    expect(look()).toEqual([['new'], expect.stringContaining('can be read or written by others')]);
  });

  it('a server that cannot read its targets says so in its health, and to everyone', async () => {
    const alertsFile = join(scratch(), 'alerts.json');
    writeFileSync(
      alertsFile,
      JSON.stringify({ targets: [{ name: 'ops', url: 'https://example.org/hook-7731', levle: 1 }] }),
      { mode: 0o600 },
    );
    const office = await startOffice({ alertsFile });
    await until(async () => {
      const { body } = await office.get('/api/health');
      expect(body.services.alerts).toContain('there is no key "levle"');
      const { text } = await office.get('/api/notifications');
      expect(text).toContain('the targets are wrong');
    });
    expect((await office.get('/api/alerts/targets')).text).not.toContain('hook-7731');
  });
});
