import { spawnSync } from 'node:child_process';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { standUp, until } from '../../support/delivery.js';
import { firingAlert } from '../../support/firing.js';
import { startReceiver } from '../../support/receiver.js';
import { scratch } from '../../support/scratch.js';

const installed = spawnSync('apprise', ['--version']).error === undefined;
if (!installed) console.warn('SKIPPED: apprise is not installed (apt-get install apprise)');
const SECRET = 'apprise-token-9182';

describe('Apprise', () => {
  it.skipIf(!installed)('the command takes an alert to one of its services', { timeout: 60_000 }, async () => {
    const receiver = await startReceiver(200);
    const stand = standUp({
      targets: [{ name: 'other', url: 'apprise:', secret: `json://127.0.0.1:${receiver.port}/${SECRET}` }],
      env: { PATH: process.env.PATH ?? '', HOME: scratch() },
    });
    stand.fire(firingAlert());
    await until(() => expect(stand.states()).toEqual(['other firing delivered']));
    expect(receiver.received[0]?.path).toContain(SECRET);
    expect(receiver.received[0]?.json).toMatchObject({ message: expect.stringContaining('web-1 is in error') });
  });

  it('the command hears of no secret by its arguments, and of nothing else of the environment', async () => {
    const folder = scratch();
    const seen = join(folder, 'seen');
    writeFileSync(join(folder, 'apprise'), `#!/bin/sh\n{ echo "args: $*"; env; echo "stdin:"; cat; } > ${seen}\n`);
    chmodSync(join(folder, 'apprise'), 0o755);
    const env = { PATH: `${folder}:${process.env.PATH}`, MC_TOKEN: 'other-secret', APPRISE: `ntfys://${SECRET}/topic` };
    const stand = standUp({ targets: [{ name: 'other', url: 'apprise:', secret: { env: 'APPRISE' } }], env });
    stand.fire(firingAlert({ summary: '$(touch x); `id` -x --body=y' }));
    await until(() => expect(stand.states()).toEqual(['other firing delivered']));
    const text = readFileSync(seen, 'utf8');
    expect(text.split('\n')[0]).toBe('args: --notification-type=failure --input-format=text');
    expect(text).toContain(`APPRISE_URLS=ntfys://${SECRET}/topic`);
    expect(text).not.toContain('other-secret');
    expect(text.split('stdin:\n')[1]).toMatch(/^\[error\] \$\(touch x\); `id` -x --body=y\n/);
  });

  it('what fails is tried again, and its secret is not told', async () => {
    const folder = scratch();
    writeFileSync(join(folder, 'apprise'), '#!/bin/sh\necho "failed: $APPRISE_URLS" >&2\nexit 1\n');
    chmodSync(join(folder, 'apprise'), 0o755);
    const url = `apprise:ntfys://${SECRET}/topic`;
    const stand = standUp({ targets: [{ name: 'other', url }], env: { PATH: folder } });
    stand.fire(firingAlert());
    await until(() =>
      expect(stand.delivery.targets().targets[0]?.last_error).toMatch(/^apprise ended with 1: failed: /),
    );
    expect(JSON.stringify(stand.delivery.targets()) + stand.logged()).not.toContain(SECRET);
    const none = standUp({ targets: [{ name: 'other', url }], env: { PATH: '/nonexistent' } });
    none.fire(firingAlert());
    await until(() => expect(none.delivery.targets().targets[0]?.last_error).toMatch(/there is no command "apprise"/));
  });
});
