import { writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { forge } from './crafted.js';
import { openOffice } from './office.js';

const IGNORE = 'mission-control/agents/api/.mcignore';

describe('a pattern that names nothing', () => {
  it.each(['/', '!', '!/'])(
    'is told when it stands in an ignore file (%s), and the rest of that counts',
    async (line) => {
      const { backups, path, clock } = await openOffice();
      writeFileSync(path(IGNORE), `${line}\n*.log\n`);
      writeFileSync(path('mission-control/agents/api/run.log'), 'left out');
      // Of files just written no archive can say that they are still the same.
      await delay(120);
      const backup = await backups.create();
      expect(backup).toMatchObject({ partial: false, problems: [{ path: IGNORE, kind: 'skipped' }] });
      expect(backup.problems[0]?.reason).toContain(JSON.stringify(line));
      expect(await backups.restore(backup.id, { delete: true })).toMatchObject({ restored: 0, removed: [] });
      expect(await backups.drill(backup.id)).toMatchObject({ ok: true });
      clock.at += 1000;
      expect(await backups.create({ onlyIfChanged: true })).toMatchObject({ id: backup.id });
    },
  );

  it.each(['', '/'])('is refused as something to exclude (%j)', async (pattern) => {
    const { backups } = await openOffice();
    const refused = { code: 'input.invalid', exit: 2, http: 400 };
    await expect(backups.create({ exclude: ['*.log', pattern] })).rejects.toMatchObject(refused);
  });

  it('is refused as a setting', async () => {
    const refused = { code: 'config.invalid', exit: 2, message: expect.stringContaining('"/"') as string };
    await expect(openOffice({ settings: { backupExclude: ['/'] } })).rejects.toMatchObject(refused);
    await expect(openOffice({ settings: { backupInclude: ['*.md', '/'] } })).rejects.toMatchObject(refused);
  });

  it('does no harm in an archive that has it already', async () => {
    const office = await openOffice();
    const { id, path } = await office.backups.create();
    forge(path, ({ rules }) => {
      rules.exclude.push('/', '');
      rules.include.push('');
      rules.ignore.push({ base: 'mission-control', lines: ['!'] });
    });
    const copy = await office.backups.importFrom(path);
    expect(await office.backups.restore(copy.id, { delete: true })).toMatchObject({ restored: 0, removed: [] });
    expect(await office.backups.drill(copy.id)).toMatchObject({ ok: true, id: copy.id });
    expect(id).not.toBe(copy.id);
  });
});

describe('a glob that no path can match', () => {
  it.each(['', '/', './', 'x'.repeat(70_000)])('is no choice of what to restore (%#)', async (glob) => {
    const { backups } = await openOffice();
    const { id } = await backups.create();
    const refused = {
      code: 'input.invalid',
      exit: 2,
      http: 400,
      message: expect.stringContaining('is not a path') as string,
    };
    await expect(backups.restore(id, { paths: ['PENDING_TASKS.md', glob] })).rejects.toMatchObject(refused);
  });
});
