import { readdirSync, readFileSync, rmSync, truncateSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { acquireLock, workspaceLayout } from '../../../src/base/index.js';
import { makePlace, type Place, run, runJson, serve } from '../cli/mc.js';

const STATE = 'mission-control/agents/api/state.json';

let place: Place;
beforeAll(async () => {
  place = await makePlace();
});
afterAll(() => place.clear());

const mc = (...args: string[]) => run(place, ['backup', ...args, '-w', place.office]);
const json = (...args: string[]) => runJson(place, ['backup', ...args, '-w', place.office]);
const api = (path: string) => runJson(place, ['api', path, '-w', place.office]);
const store = () => join(place.office, 'mission-control/backups');

describe('mc backup', () => {
  it('lists the old system’s backups and verifies them', async () => {
    const { json: listed } = await json('list');
    expect(listed.backups.map((backup: { id: string }) => backup.id)).toContain('20260217_035729');
    const { status, json: verified } = await json('verify', '--all', '--deep');
    expect(status).toBe(0);
    expect(verified.reports.every((report: { ok: boolean }) => report.ok)).toBe(true);
  });

  it('makes, shows, drills, exports, deletes and imports', async () => {
    const { status, json: made } = await json('create', '--label', 'before the upgrade');
    expect(status).toBe(0);
    expect(made).toMatchObject({ backup_type: 'full', label: 'before the upgrade', problems: [] });
    expect((await mc('show', 'latest')).out).toContain(made.id);
    expect((await json('drill', made.id)).json).toMatchObject({ ok: true, errors: [] });
    const file = join(place.home, 'out.tar.gz');
    expect((await mc('export', made.id, file)).status).toBe(0);
    expect((await mc('delete', made.id)).status).toBe(2);
    expect((await mc('delete', made.id, '--dry-run')).status).toBe(0);
    expect((await json('delete', made.id, '--yes')).json).toEqual({ success: true, deleted: made.id });
    const { json: imported } = await json('import', file);
    expect(imported).toMatchObject({ origin: 'imported', checksum: made.checksum });
    truncateSync(file, 1000);
    expect((await mc('import', file)).status).toBe(5);
  });

  it('create --dry-run says what it would hold and leave out, and writes nothing', async () => {
    const files = () => readdirSync(place.office, { recursive: true, encoding: 'utf8' }).toSorted();
    const before = files();
    const { status, json: seen } = await json('create', '--dry-run', '--exclude', 'state.json');
    expect(status).toBe(0);
    expect(seen).toMatchObject({ dry_run: true, backup_type: 'full', agent: null, problems: [], partial: false });
    expect(seen.files).toBeGreaterThan(0);
    expect(seen.left_out).toContainEqual({ path: STATE, reason: 'left out by --exclude or backup-exclude' });
    const { out } = await mc('create', '--dry-run', '--agent', 'api');
    expect(out).toMatch(/^a backup of api would hold \d+ files? \(.*\).*\n/);
    expect(out).toContain('nothing was written');
    expect(files()).toEqual(before);
    const there = await mc('create', '--dry-run', '--server', 'http://127.0.0.1:9');
    expect(there).toMatchObject({
      status: 2,
      err: expect.stringContaining('--dry-run works on this machine') as string,
    });
  });

  it('asks before it restores, and restores after a safety backup', async () => {
    const before = readFileSync(join(place.office, STATE), 'utf8');
    expect((await json('restore', '20260217_035729', '--agent', 'api', '--dry-run')).json.changed).toContain(STATE);
    const unasked = await mc('restore', '20260217_035729', '--agent', 'api');
    expect(unasked.status).toBe(2);
    expect(unasked.err).toContain('--yes');
    expect(readFileSync(join(place.office, STATE), 'utf8')).toBe(before);
    const { json: report } = await json('restore', '20260217_035729', '--agent', 'api', '--yes');
    expect(readFileSync(join(place.office, STATE), 'utf8')).toContain('old_task');
    await json('restore', report.safety_backup, '--yes');
    expect(readFileSync(join(place.office, STATE), 'utf8')).toBe(before);
  });

  it('keeps its exit statuses', async () => {
    expect((await mc('show', '19990101_000000')).status).toBe(4);
    expect((await mc('restore', '19990101_000000', '--yes')).status).toBe(4);
    expect((await mc('create', '--agent', 'nobody')).status).toBe(4);
    const exclusion = await mc('create', '--exclude', '/');
    expect(exclusion).toMatchObject({ status: 2, err: expect.stringContaining('"/" names nothing') as string });
    const path = await mc('restore', '20260217_035729', '--path', '/', '--yes');
    expect(path).toMatchObject({
      status: 2,
      err: expect.stringContaining('"/" is not a path that can be restored') as string,
    });
    expect((await mc('verify')).status).toBe(2);
    expect((await mc('prune', '--keep-within', 'soon', '--yes')).status).toBe(2);
    expect((await run(place, ['backup', 'list', '-w', join(place.home, 'nowhere')])).status).toBe(2);
    const lock = await acquireLock(join(store(), '.backup.lock'), 'backup create');
    const busy = await json('create');
    await lock.release();
    expect(busy.status).toBe(6);
    expect(busy.json.error.code).toBe('busy');
    const bad = join(store(), 'backup_20250101_000000.tar.gz');
    writeFileSync(bad, 'no archive');
    expect((await mc('verify', '20250101_000000')).status).toBe(5);
    expect((await mc('restore', '20250101_000000', '--yes')).status).toBe(5);
    rmSync(bad);
  });

  it('tells of a database that is only there as raw bytes, and has it all the same', async () => {
    const broken = join(place.office, 'mission-control/broken.db');
    writeFileSync(broken, `SQLite format 3\0${'garbage'.repeat(1000)}`);
    const { status, json: made, err } = await json('create');
    rmSync(broken);
    expect([status, made.partial]).toEqual([0, false]);
    expect(err).toContain('mission-control/broken.db: database');
    expect((await mc('verify', made.id, '--deep')).status).toBe(0);
  });

  it('says what it could not read, keeps the partial archive, and ends with 1', async () => {
    const agent = join(place.office, 'mission-control/agents/led-out');
    symlinkSync('/', agent);
    const { status, json: made, err } = await json('create');
    rmSync(agent);
    expect(status).toBe(1);
    expect(made.partial).toBe(true);
    expect(err).toContain('mission-control/agents/led-out');
    expect((await mc('verify', made.id, '--deep')).status).toBe(0);
    // Of the fixture's agents one left its state half written.
    const halved = 'mission-control/agents/scribe/state.json';
    const snapshot = await json('snapshot');
    expect(snapshot).toMatchObject({ status: 1, json: { backup_type: 'snapshot', partial: true } });
    expect(snapshot.err).toContain(`${halved}: unreadable`);
    writeFileSync(join(place.office, halved), '{"status": "idle"}');
    expect((await mc('snapshot')).status).toBe(0);
  });

  it('explains what pruning would do, and does it', async () => {
    await json('create', '--agent', 'builder');
    await json('create', '--agent', 'builder');
    const { json: dry } = await json('prune', '--keep-within', '0s', '--keep-last', '1', '--dry-run');
    expect(dry.deleted).toEqual([]);
    const going = dry.decisions.filter((decision: { keep: boolean }) => !decision.keep);
    expect(going.length).toBeGreaterThan(0);
    const { json: pruned } = await json('prune', '--keep-within', '0s', '--keep-last', '1', '--yes');
    expect(pruned.deleted).toHaveLength(going.length);
    expect(readdirSync(store())).toContain('backup_20260217_035729.tar.gz');
  });

  it('brings the metrics database back through the server that has it open', async () => {
    const server = await serve(place);
    try {
      const { json: made } = await json('create');
      const { status, json: report } = await json(
        'restore',
        made.id,
        '--with-database',
        '--overwrite',
        'always',
        '--yes',
      );
      expect(status).toBe(0);
      expect(report).toMatchObject({ id: made.id, dry_run: false, skipped: [], kept: [] });
      expect(report.changed).toContain('mission-control/backend/data/metrics.db');
      expect(report).toMatchObject({ success: true, message: `Backup ${made.id} restored` });
      const { json: listed } = await json('list');
      expect(Date.parse(listed.next_at)).toBeGreaterThan(Date.now());
      const { json: health } = await api('/api/health');
      expect(health.services.pipeline).toBe('available');
      const { json: history } = await api('/api/agents/api/history?hours=1');
      expect(history.history.length).toBeGreaterThan(0);
    } finally {
      await server.end();
    }
  });

  it('waits for nobody that only starts: the database is not restored under its hands', async () => {
    const lock = await acquireLock(workspaceLayout(place.office).serverLock, 'serve');
    const refused = await mc('restore', 'latest', '--with-database', '--yes');
    await lock.release();
    expect(refused.status).toBe(6);
    expect(refused.err).toContain('just starting');
  });

  it('ends a restore that was killed, and says so', async () => {
    const staged = 'mission-control/.TASK_QUEUE.md.x.1.new.mc-tmp';
    writeFileSync(join(place.office, staged), 'restored');
    const step = { do: 'place', path: 'mission-control/TASK_QUEUE.md', staged, aside: `${staged}.mc-tmp`, safe: null };
    const journal = {
      version: 1,
      state: 'swapping',
      id: 'b1',
      root: place.office,
      kept: null,
      steps: [step],
      attributes: [],
    };
    writeFileSync(join(store(), '.restore_journal.json'), JSON.stringify(journal));
    const { err } = await mc('list');
    expect(err).toContain('The restore of b1 had been interrupted: it was finished');
    expect(readFileSync(join(place.office, 'mission-control/TASK_QUEUE.md'), 'utf8')).toBe('restored');
  });

  it('shows what there is when a restore cannot be ended, and says so', async () => {
    const journal = join(store(), '.restore_journal.json');
    writeFileSync(journal, '{"version":9}');
    for (const reading of [['list'], ['show', 'latest'], ['procedures'], ['verify', 'latest']]) {
      const { status, err } = await json(...reading);
      expect(status, reading.join(' ')).toBe(0);
      expect(err).toContain('the journal of an interrupted restore cannot be read');
    }
    // Backing up goes on; only another restore needs the place for itself.
    expect((await mc('create')).status).toBe(0);
    const refused = await mc('restore', 'latest', '--yes');
    expect(refused.status).toBe(5);
    expect(refused.err).toContain('mc backup recover --give-up');
    expect((await mc('recover')).status).toBe(5);
    expect((await mc('recover', '--back', '--give-up')).status).toBe(2);
    const { json: given } = await json('recover', '--give-up');
    expect(given).toMatchObject({ success: true, recovery: { outcome: 'given up', kept: [] } });
    expect(readFileSync(given.recovery.journal, 'utf8')).toBe('{"version":9}');
    expect((await mc('recover')).out).toContain('nothing is to be done');
    expect((await mc('restore', 'latest', '--yes')).status).toBe(0);
  });

  it('prints the runbook with real paths', async () => {
    const { out } = await mc('procedures');
    expect(out).toContain(`-w ${place.office}`);
    expect(out).toContain('tar xzf');
  });
});

describe('the routes', () => {
  it('make, list, verify, restore and delete as the old system’s clients expect', async () => {
    const served = await serve(place);
    const call = async (method: string, path: string, body?: unknown) => {
      const init = {
        method,
        ...(body !== undefined && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
      };
      const answer = await fetch(`${served.ready.http}${path}`, init);
      return {
        status: answer.status,
        body: (await answer.json()) as Record<string, never>,
        etag: answer.headers.get('etag'),
      };
    };
    try {
      const made = await call('POST', '/api/backups');
      expect(made).toMatchObject({ status: 200, body: { backup_type: 'full' } });
      expect(await call('POST', '/api/backups', { type: 'x' })).toMatchObject({
        status: 400,
        body: { error: 'Invalid backup type' },
      });
      expect(await call('POST', '/api/backups', { type: 'agent_state', agent: 'api' })).toMatchObject({
        body: { agent: 'api' },
      });
      const listed = await call('GET', '/api/backups?type=full');
      expect(listed.etag).not.toBeNull();
      expect(listed.body).toHaveProperty('next_at');
      const { id } = made.body;
      expect(await call('POST', `/api/backups/${id}/verify`)).toMatchObject({
        status: 200,
        body: { ok: true, deep: true },
      });
      expect(await call('POST', `/api/backups/${id}/restore`)).toMatchObject({
        status: 200,
        body: { success: true, message: `Backup ${id} restored`, restored: 0 },
      });
      expect(await call('POST', '/api/backups/none/restore')).toMatchObject({
        status: 404,
        body: { success: false, code: 'backup.not_found' },
      });
      expect(await call('POST', `/api/backups/${id}/restore`, { paths: 3 })).toMatchObject({
        status: 400,
        body: { success: false },
      });
      // A field that nobody knows may be a misspelt one that should have kept files from being replaced.
      for (const [path, body] of [
        [`/api/backups/${id}/restore`, { dryRun: true }],
        [`/api/backups/${id}/restore`, { paths: [''] }],
        [`/api/backups/${id}/restore`, { paths: ['/'] }],
        [`/api/backups/${id}/verify`, { depp: true }],
        ['/api/backups', { type: 'full', agnet: 'api' }],
      ] as const) {
        expect(await call('POST', path, body)).toMatchObject({ status: 400, body: { code: 'input.invalid' } });
      }
      writeFileSync(join(store(), 'backup_20250101_000000.tar.gz'), 'no archive');
      expect(await call('POST', '/api/backups/20250101_000000/restore')).toMatchObject({
        status: 422,
        body: { success: false },
      });
      const lock = await acquireLock(join(store(), '.backup.lock'), 'backup create');
      expect(await call('POST', `/api/backups/${id}/restore`)).toMatchObject({
        status: 409,
        body: { success: false, code: 'busy' },
      });
      await lock.release();
      expect(await call('DELETE', `/api/backups/${id}`)).toMatchObject({ status: 200, body: { deleted: id } });
      expect(await call('GET', `/api/backups/${id}`)).toMatchObject({ status: 404 });
      expect((await call('GET', '/api/backups/procedures')).body).toHaveProperty('full_system_restore');
    } finally {
      await served.end();
    }
  });
});
