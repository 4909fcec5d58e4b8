import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { mc, office, openTerminal, serve } from './terminal.js';

const state = (root: string, id: string, value: object) =>
  writeFileSync(join(root, 'mission-control', 'agents', id, 'state.json'), JSON.stringify(value));

async function atWork(columns: number, rows: number, flags = '', env: Record<string, string> = {}) {
  const root = office();
  const server = await serve(root);
  const terminal = openTerminal(columns, rows, mc(`status --server ${server.http} ${flags}`), env);
  await terminal.shows('● live');
  return { root, server, ...terminal };
}

const SCREENS = [
  ['2', 'agents', 'sorted by status'],
  ['3', 'office', 'office ▸ map'],
  ['4', 'tasks', 'shown · filter'],
  ['8', 'notifications', 'unread of'],
] as const;

describe.each([
  { columns: 80, rows: 24 },
  { columns: 200, rows: 50 },
])('mc status in a terminal of $columns x $rows', ({ columns, rows }) => {
  it('shows each screen', async () => {
    const { keys, shows, still } = await atWork(columns, rows);
    await shows('FLEET');
    for (const [key, name, sign] of SCREENS) {
      keys(key);
      await shows(sign);
      if (name !== 'notifications')
        await expect(await still()).toMatchFileSnapshot(`../screens/${name}-${columns}x${rows}.txt`);
    }
    for (const [key, sign] of [
      ['5', 'system_health_score'],
      ['6', 'following'],
      ['7', 'backups'],
      ['9', '[today]'],
      ['1', 'FLEET'],
    ] as const) {
      keys(key);
      await shows(sign);
    }
    keys('2', '?');
    await shows('open what is under the cursor');
    await expect(await still()).toMatchFileSnapshot(`../screens/help-${columns}x${rows}.txt`);
  });

  it('filters, sorts, opens an agent, and shows a change of its file at once', async () => {
    const { root, keys, type, shows, showsNot } = await atWork(columns, rows, '--screen agents');
    await shows('courier');
    keys('/');
    type('test');
    await shows(/1 of \d+ agents/);
    keys('Enter', 'Enter');
    await shows('▸ tester');
    state(root, 'tester', { status: 'busy', current_tasks: ['Look into the storm'] });
    await shows('Look into the storm');
    keys('Escape');
    await shows(/1 of \d+ agents/);
    keys('Escape');
    await showsNot(/1 of \d+ agents/);
    keys('D');
    await shows('DONE▼');
    keys('D');
    await shows('DONE▲');
  });

  it('leaves the terminal as it found it', async () => {
    const { keys, ask, shows, still } = await atWork(columns, rows);
    expect([ask('alternate_on'), ask('cursor_flag'), ask('mouse_any_flag')]).toEqual(['1', '0', '1']);
    keys('q');
    await shows('left with 0');
    expect([ask('alternate_on'), ask('cursor_flag'), ask('mouse_any_flag'), ask('wrap_flag')]).toEqual([
      '0',
      '1',
      '0',
      '1',
    ]);
    expect(await still()).not.toContain('FLEET');
    keys('echo still here', 'Enter');
    await shows('still here');
  });
});

describe('mc status', () => {
  it('says that its figures are old while the server is away, and goes on when it is back', async () => {
    const root = office();
    const first = await serve(root);
    const { shows, showsNot } = openTerminal(100, 30, mc(`status -w '${root}' --screen agents`));
    await shows('● live');
    await first.stop('SIGKILL');
    await shows('reconnecting');
    await shows('not live: this is the state of');
    await shows('tester');
    // Another port: the workspace's lock tells where it is now.
    await serve(root);
    await shows('● live', 30_000);
    await showsNot('not live');
  });

  it('waits for a server that is not there, names the command, and finds the one that is started', async () => {
    const root = office();
    const { shows } = openTerminal(80, 24, mc(`status -w '${root}' --server http://127.0.0.1:9`));
    await shows('No server answers');
    await shows('mc serve --workspace');
    await shows('mc status --embedded');
  });

  it('runs a server inside with --embedded', async () => {
    const root = office();
    const { shows, keys } = openTerminal(80, 24, mc(`status -w '${root}' --embedded --screen agents`));
    await shows('● live', 30_000);
    await shows('tester');
    keys('q');
    await shows('left with 0');
  });

  it('is drawn anew after a resize, without leftovers', async () => {
    const { resize, shows, screen, keys } = await atWork(200, 50, '--screen agents');
    resize(80, 24);
    await expect
      .poll(
        () =>
          screen()
            .split('\n')
            .filter((line) => line.includes('▌')).length,
        { timeout: 10_000 },
      )
      .toBe(1);
    await shows('8 Bell');
    await expect
      .poll(
        () =>
          screen()
            .split('\n')
            .slice(0, 24)
            .every((line) => line.length <= 80),
        { timeout: 10_000 },
      )
      .toBe(true);
    resize(20, 5);
    await shows(/^ agents +● live/m);
    resize(200, 50);
    await shows('STATUS');
    keys('1');
    await shows('RECENT');
  });

  it.each(['TERM', 'INT', 'HUP'])('gives the terminal back on SIG%s', async (signal) => {
    const root = office();
    const server = await serve(root);
    const { shows, ask } = openTerminal(
      80,
      24,
      `${mc(`status --server ${server.http}`)} & echo $! > '${root}/pid'; fg`,
    );
    await shows('● live');
    const other = openTerminal(80, 24, `kill -${signal} $(cat '${root}/pid')`);
    await other.shows('left with 0');
    await shows('left with 130');
    expect([ask('alternate_on'), ask('cursor_flag')]).toEqual(['0', '1']);
  });

  it('is one table on a pipe and with --once, and one line with --line', async () => {
    const { server, keys, shows } = await atWork(100, 40);
    keys('q');
    await shows('left with 0');
    keys(`${mc(`status --server ${server.http}`)} | cat`, 'Enter');
    await shows(/16 agents/);
    const once = openTerminal(100, 40, mc(`status --server ${server.http} --once`));
    await once.shows(/16 agents/);
    const one = openTerminal(100, 40, mc(`status --server ${server.http} --line`));
    await one.shows(/● \d+ active.*\| health/);
  });

  it('respects NO_COLOR, ASCII locales and --readonly', async () => {
    const { coloured, still, keys, shows } = await atWork(80, 24, '--readonly', { NO_COLOR: '1' });
    // oxlint-disable-next-line no-control-regex -- colours are escape sequences
    expect(coloured()).not.toMatch(/\u001b\[[\d;]*(3[1-7]|38;5)m/);
    keys('2');
    await shows('read-only');
    keys('q');
    await shows('left with 0');
    expect(await still()).not.toContain('FLEET');
    const ascii = openTerminal(80, 24, mc('status --server http://127.0.0.1:9 --ascii'));
    await ascii.shows('x no server');
    expect(await ascii.still()).toMatch(/^[\n\u0020-\u007e]*$/);
  });

  it('lets no name of an agent move the cursor', async () => {
    const root = office();
    const home = join(root, 'mission-control', 'agents', 'evil');
    mkdirSync(home);
    writeFileSync(
      join(home, 'SOUL.md'),
      '# \u001b[2J\u001b[H\u009b5;5HEvil\n- **Role:** \u202E\u001b]0;owned\u0007role\n',
    );
    state(root, 'evil', {
      status: 'busy',
      current_tasks: ['\u001b[10;10Hgotcha\nsecond line', '漢字漢字👩‍👩‍👧‍👦'.repeat(30)],
    });
    const server = await serve(root);
    const { shows, still, ask, keys } = openTerminal(80, 24, mc(`status --server ${server.http} --screen agents`));
    await shows('evil');
    expect((await still()).split('\n')[0]).toContain('mc · office');
    expect(ask('pane_title')).not.toContain('owned');
    keys('/', 'evil', 'Enter', 'Enter');
    await shows('▸ evil');
    const lines = (await still()).split('\n');
    expect(lines[1]).toContain('1 Overview');
    expect(lines[23]).toContain('q quit');
  });
});
