import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openOffice, picture } from './office.js';

describe('what a backup would hold', () => {
  it('is what the backup made next holds', async () => {
    const office = await openOffice();
    const before = picture(office.root);
    const seen = await office.backups.preview();
    expect(picture(office.root)).toEqual(before);
    expect(seen).toMatchObject({ dry_run: true, unchanged: 0, partial: false, estimated_size_bytes: null });
    const made = await office.backups.create();
    expect(seen.files).toBe(made.file_count);
  });

  it('says why each thing is left out', async () => {
    const office = await openOffice();
    const agent = join(office.root, 'mission-control/agents/api');
    mkdirSync(join(agent, 'node_modules/x'), { recursive: true });
    writeFileSync(join(agent, '.env'), 'KEY=1');
    writeFileSync(join(agent, '.mcignore'), '*.log\n!keep.log\n');
    for (const name of ['a.log', 'keep.log', 'b.tmp']) writeFileSync(join(agent, name), 'x');
    const { left_out, left_out_count } = await office.backups.preview({ agent: 'api', exclude: ['*.tmp'] });
    const below = (name: string) => `mission-control/agents/api/${name}`;
    const reasons = Object.fromEntries(left_out.map(({ path, reason }) => [path, reason]));
    expect(reasons).toEqual({
      [below('node_modules')]: 'a cache: it can be made again',
      [below('.env')]: 'may hold secrets: --include-secrets takes it',
      [below('a.log')]: `left out by ${below('.mcignore')}`,
      [below('b.tmp')]: 'left out by --exclude or backup-exclude',
    });
    expect(left_out_count).toBe(4);
    expect((await office.backups.preview({ agent: 'api', includeSecrets: true })).left_out_count).toBe(2);
  });

  it('judges its size by the backup before, and tells what has not changed', async () => {
    const office = await openOffice();
    const made = await office.backups.create();
    const seen = await office.backups.preview();
    expect(seen.estimated_size_bytes).toBeGreaterThan(made.size_bytes / 2);
    expect(seen.estimated_size_bytes).toBeLessThan(made.size_bytes * 2);
  });

  it.skipIf(process.getuid?.() === 0)('tells what could not be read', async () => {
    const office = await openOffice();
    const path = 'mission-control/agents/api/closed.txt';
    writeFileSync(join(office.root, path), 'x');
    chmodSync(join(office.root, path), 0o000);
    const seen = await office.backups.preview();
    expect(seen).toMatchObject({ partial: true, problems: [{ path, kind: 'unreadable', reason: 'EACCES' }] });
  });

  it('refuses what a creation refuses', async () => {
    const office = await openOffice();
    await expect(office.backups.preview({ agent: 'nobody' })).rejects.toMatchObject({ code: 'agent.not_found' });
    await expect(office.backups.preview({ exclude: ['/'] })).rejects.toMatchObject({ code: 'input.invalid' });
  });
});
