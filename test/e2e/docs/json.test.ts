import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { makePlace, type Place, runJson } from '../cli/mc.js';

const page = readFileSync(join(import.meta.dirname, '../../../docs/json.md'), 'utf8');
let place: Place;
beforeEach(async () => {
  place = await makePlace();
});
afterEach(() => place.clear());

/** The names of the fields of a document that its section of the page does not have. */
function missing(section: string, document: object, prefix = ''): string[] {
  const [, text = ''] = page.split(`## ${section}\n`);
  const own = text.split('\n## ')[0] ?? '';
  return Object.keys(document).filter((name) => !own.includes(`\`${prefix}${name}\``));
}

it('docs/json.md names every field that the commands print', async () => {
  const { json: made } = await runJson(place, ['token', 'create', '--label', 'docs']);
  const { json: list } = await runJson(place, ['token', 'list']);
  const { json: revoked } = await runJson(place, ['token', 'revoke', made.id, '--dry-run']);
  const { json: shown } = await runJson(place, ['config', 'show', '--origin']);
  const { json: paths } = await runJson(place, ['config', 'path']);
  const { json: begun } = await runJson(place, ['init', join(place.office, 'new'), '--dry-run']);
  const { json: found } = await runJson(place, ['doctor']);
  const target = ['alerts', 'target'];
  const { json: added } = await runJson(place, [...target, 'add', 'ops', 'https://example.org/x']);
  const { json: paused } = await runJson(place, [...target, 'pause', 'ops']);
  const { json: rotated } = await runJson(place, [...target, 'rotate', 'ops']);
  const { json: removed } = await runJson(place, [...target, 'remove', 'ops', '--dry-run']);
  const { status, json: failed } = await runJson(place, ['token', 'revoke', 'none', '--yes']);
  expect(status).toBe(4);
  expect([
    ...missing('`mc token`', made),
    ...missing('`mc token`', list),
    ...missing('`mc token`', revoked),
    ...missing('`mc config show`', shown),
    ...missing('`mc config show`', paths),
    ...missing('`mc init`', begun),
    ...missing('`mc alerts target`', added),
    ...missing('`mc alerts target`', added.target),
    ...missing('`mc alerts target`', paused),
    ...missing('`mc alerts target`', rotated),
    ...missing('`mc alerts target`', removed),
    ...missing('`mc doctor`', found),
    ...missing('`mc doctor`', found.findings[0], 'findings[].'),
    ...missing('Errors', failed.error, 'error.'),
  ]).toEqual([]);
});

it('and those of the server in the background', async () => {
  const background = ['-w', place.office];
  const { json: started } = await runJson(place, ['start', ...background, '--port', '0', '--ws-port', '0']);
  const { json: status } = await runJson(place, ['status', ...background]);
  const { json: restarted } = await runJson(place, ['restart', ...background]);
  const { json: stopped } = await runJson(place, ['stop', ...background]);
  const { json: installed } = await runJson(place, ['service', 'install', '--dry-run', ...background]);
  const { json: service } = await runJson(place, ['service', 'status', ...background]);
  expect([
    ...missing('`mc start`, `mc restart`, `mc stop`', started),
    ...missing('`mc start`, `mc restart`, `mc stop`', restarted),
    ...missing('`mc start`, `mc restart`, `mc stop`', stopped),
    ...missing('`mc status`', status),
    ...missing('`mc status`', status.server, 'server.'),
    ...missing('`mc status`', status.health, 'health.'),
    ...missing('`mc service`', installed),
    ...missing('`mc service`', service),
  ]).toEqual([]);
}, 150_000);

it('a field that the page does not have is found', () => {
  expect(missing('`mc doctor`', { ok: true, mood: 'good' })).toEqual(['mood']);
});
