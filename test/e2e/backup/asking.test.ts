import { readFileSync } from 'node:fs';
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

it('never asks while its result goes into a file, though a person sits there', async () => {
  const root = office();
  const state = join(root, 'mission-control/agents/api/state.json');
  const before = readFileSync(state, 'utf8');
  const terminal = openTerminal(100, 30, `${restore(root)} > '${root}/log'`);
  await terminal.shows('left with 2');
  expect(terminal.screen()).toContain('--yes');
  expect(readFileSync(state, 'utf8')).toBe(before);
});
