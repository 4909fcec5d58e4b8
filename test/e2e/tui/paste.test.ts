import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { mc, office, openTerminal, serve } from './terminal.js';

async function atWork(flags = '') {
  const root = office();
  const server = await serve(root);
  const terminal = openTerminal(100, 30, mc(`status --server ${server.http} ${flags}`));
  await terminal.shows('● live');
  const tasks = () =>
    ['TASK_QUEUE.md', 'PENDING_TASKS.md'].map((name) => readFileSync(join(root, 'mission-control', name), 'utf8'));
  return { ...terminal, tasks };
}

it('pasted text is never taken for keys', async () => {
  const { keys, paste, shows, tasks, ask } = await atWork('--screen tasks');
  await shows('shown · filter');
  const before = tasks();
  keys('Down');
  paste('data: deploy failed\nplease check\nquit');
  await shows('pasted text is used only where something is asked');
  expect(tasks()).toEqual(before);
  expect(ask('alternate_on')).toBe('1');
});

it('several pasted lines become one, which Enter sends', async () => {
  const { keys, paste, shows, showsNot, tasks } = await atWork('--screen tasks');
  await shows('shown · filter');
  const before = tasks();
  keys('n');
  await shows('new task');
  paste('First line of the ticket\ndrop the table\nquit');
  await shows('First line of the ticket drop the table quit');
  expect(tasks()).toEqual(before);
  keys('Enter');
  await showsNot(/new task.*First line/);
  await expect
    .poll(() => tasks().join('\n'), { timeout: 10_000 })
    .toContain('First line of the ticket drop the table quit');
});

it('20,000 characters go into a filter, and the dashboard goes on', async () => {
  const { keys, paste, shows, showsNot } = await atWork('--screen agents');
  await shows('courier');
  keys('/');
  paste('läßt '.repeat(4000));
  await shows(/0 of \d+ agents/);
  keys('Escape');
  await shows('courier');
  await showsNot('läßt');
});
