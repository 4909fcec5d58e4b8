import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  addTarget,
  createTargetBook,
  endRotation,
  newSigningSecret,
  pauseTarget,
  readTargets,
  removeTarget,
  rotateSecret,
} from '../../../src/alerts/delivery/target-file.js';
import { valueOf } from '../../../src/alerts/delivery/secret.js';
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

  it('changes a secret by way of two, and only of what is signed', async () => {
    const path = join(scratch(), 'alerts.json');
    const [old, next] = [newSigningSecret(), newSigningSecret()];
    await addTarget(path, { ...ops, secret: old });
    await addTarget(path, { name: 'chat', url: 'slack+https://example.org/x' });
    const kept = () => readTargets(path)[0]?.secrets;
    await rotateSecret(path, 'ops', next);
    expect(kept()).toEqual([next, old]);
    const again = rotateSecret(path, 'ops', newSigningSecret());
    await expect(again).rejects.toMatchObject({ code: 'usage', hint: expect.stringContaining('--finish') });
    await endRotation(path, 'ops');
    expect(kept()).toEqual([next]);
    await expect(endRotation(path, 'ops')).rejects.toThrow('nothing to finish');
    await expect(rotateSecret(path, 'chat', next)).rejects.toThrow('of the form slack');
    await expect(rotateSecret(path, 'opps', next)).rejects.toMatchObject({ hint: 'did you mean ops?' });
    await rotateSecret(path, 'ops', { env: 'MC_OPS' });
    expect(kept()).toEqual([{ env: 'MC_OPS' }, next]);
  });

  it('gives a target without a secret its first', async () => {
    const path = join(scratch(), 'alerts.json');
    await addTarget(path, ops);
    await rotateSecret(path, 'ops', newSigningSecret());
    expect(readTargets(path)[0]?.secrets).toHaveLength(1);
  });

  it('takes no secret that cannot sign', async () => {
    const path = join(scratch(), 'alerts.json');
    await expect(addTarget(path, { ...ops, secret: 'hunter2!' })).rejects.toMatchObject({ code: 'usage' });
    await addTarget(path, ops);
    const refusal = rotateSecret(path, 'ops', 'hunter2!');
    await expect(refusal).rejects.toThrow('cannot sign');
    await expect(refusal).rejects.not.toThrow('hunter2');
  });

  it('a file of a secret that is not absolute lies beside it, wherever the server was started', async () => {
    const folder = scratch();
    const path = join(folder, 'alerts.json');
    mkdirSync(join(folder, 'secrets'));
    writeFileSync(join(folder, 'secrets', 'ops'), 'whsec_AAAA\n');
    writeFileSync(path, JSON.stringify({ targets: [{ ...ops, secret: { file: 'secrets/ops' } }] }), { mode: 0o600 });
    const [secret] = readTargets(path)[0]?.secrets ?? [];
    expect(secret).toEqual({ file: join(folder, 'secrets', 'ops') });
    expect(valueOf(secret ?? '', {})).toBe('whsec_AAAA');
    await pauseTarget(path, 'ops', true);
    // As its owner wrote it.
    expect(JSON.parse(readFileSync(path, 'utf8')).targets[0].secret).toEqual({ file: 'secrets/ops' });
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
