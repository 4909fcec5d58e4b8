import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { mc, office, openTerminal } from '../tui/terminal.js';

const restore = (root: string) => mc(`backup restore 20260217_035729 --agent api -w '${root}'`);

it('asks on a terminal', async () => {
  const root = office();
  const terminal = openTerminal(100, 30, restore(root));
  await terminal.shows('Restore? [y/N]');
  terminal.keys('n', 'Enter');
  await terminal.shows('left with 130');
});

it('asks before it prunes: no deletes nothing, yes deletes what was shown and says so once', async () => {
  const root = office();
  const archives = () => readdirSync(join(root, 'mission-control/backups')).filter((name) => name.endsWith('.tar.gz'));
  const before = archives();
  const prune = mc(`backup prune --keep-within 1s --keep-last 1 --include-foreign -w '${root}'`);
  const refused = openTerminal(120, 40, prune);
  await refused.shows('Delete them? [y/N]');
  refused.keys('n', 'Enter');
  await refused.shows('left with 130');
  await refused.shows('nothing was changed');
  expect(archives()).toEqual(before);
  const agreed = openTerminal(120, 40, prune);
  await agreed.shows('Delete them? [y/N]');
  agreed.keys('y', 'Enter');
  await agreed.shows('left with 0');
  expect(archives().length).toBeLessThan(before.length);
  expect(agreed.screen().match(/would go/g)).toHaveLength(before.length - archives().length);
});

it('never asks while its result goes into a file, though a person sits there', async () => {
  const root = office();
  const state = join(root, 'mission-control/agents/api/state.json');
  const before = readFileSync(state, 'utf8');
  const terminal = openTerminal(100, 30, `${restore(root)} > '${root}/log'`);
  await terminal.shows('left with 2');
  expect(terminal.screen()).toContain('--yes');
  expect(readFileSync(state, 'utf8')).toBe(before);
});
