import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { mc, office, openTerminal, serve } from './terminal.js';

/** The dashboard as a job of a shell whose prompt is `ready> `, and how to send it a signal. */
async function asJob(how = '; fg') {
  const root = office();
  const server = await serve(root);
  const pid = join(root, 'pid');
  const dashboard = mc(`status --server ${server.http} --screen agents`);
  const terminal = openTerminal(80, 24, `${dashboard} & echo $! > '${pid}' ${how}`);
  const signal = (name: NodeJS.Signals) => process.kill(Number(readFileSync(pid, 'utf8')), name);
  return { ...terminal, signal };
}

type Job = Awaited<ReturnType<typeof asJob>>;

async function isTheShells({ shows, ask, keys, type }: Job) {
  await shows('Stopped');
  expect([ask('alternate_on'), ask('cursor_flag'), ask('mouse_any_flag'), ask('wrap_flag')]).toEqual([
    '0',
    '1',
    '0',
    '1',
  ]);
  type('echo $((6*7)) words of the shell');
  keys('Enter');
  await shows('42 words of the shell');
}

async function isTheDashboards({ shows, showsNot, ask, keys, screen }: Job) {
  await shows('● live');
  await showsNot('words of the shell');
  expect([ask('alternate_on'), ask('cursor_flag'), ask('mouse_any_flag')]).toEqual(['1', '0', '1']);
  keys('?');
  await shows('open what is under the cursor');
  keys('q');
  await expect.poll(() => ask('alternate_on'), { timeout: 10_000 }).toBe('0');
  // What was typed in between is the shell's, and nothing of the picture is.
  expect(screen()).toContain('42 words of the shell');
  expect(screen()).not.toContain('● live');
}

it('Ctrl-Z gives the terminal back and stops; fg takes it again and draws everything', async () => {
  const job = await asJob();
  await job.shows('● live');
  job.keys('C-z');
  await isTheShells(job);
  job.keys('fg', 'Enter');
  await isTheDashboards(job);
});

it('does the same on SIGTSTP, as often as it comes', async () => {
  const job = await asJob();
  await job.shows('● live');
  for (const _ of [1, 2]) {
    job.signal('SIGTSTP');
    await isTheShells(job);
    job.keys('clear; fg', 'Enter');
    await job.shows('● live');
  }
  job.signal('SIGTSTP');
  await isTheShells(job);
  job.keys('fg', 'Enter');
  await isTheDashboards(job);
});

it('draws everything and takes keys after SIGSTOP, which it cannot hear', async () => {
  const job = await asJob();
  await job.shows('● live');
  job.signal('SIGSTOP');
  await job.shows('Stopped');
  // The terminal is raw still: what ends a line there is a line feed, and a shell with an editor sets its own modes.
  job.type('echo $((6*7)) words of the shell; stty sane');
  job.keys('C-j');
  await job.shows('42 words of the shell');
  job.keys('fg', 'Enter');
  await job.showsNot('words of the shell');
  await job.shows('● live');
  job.keys('?');
  await job.shows('open what is under the cursor');
  job.keys('q');
  await expect.poll(() => job.ask('alternate_on'), { timeout: 10_000 }).toBe('0');
});

it('is drawn for the window as it is when it comes back', async () => {
  const job = await asJob();
  await job.shows('● live');
  job.keys('C-z');
  await isTheShells(job);
  job.resize(130, 30);
  job.keys('fg', 'Enter');
  await job.shows(/● live.{0,40}$/m);
  await expect
    .poll(() =>
      Math.max(
        ...job
          .screen()
          .split('\n')
          .map((line) => line.length),
      ),
    )
    .toBeGreaterThan(100);
  job.keys('q');
  await expect.poll(() => job.ask('alternate_on'), { timeout: 10_000 }).toBe('0');
});

it('draws nothing in the background, and the whole picture when it is fetched from there', async () => {
  const job = await asJob('');
  // The shell tells of a stopped job before its next prompt.
  await expect
    .poll(
      () => {
        job.keys('Enter');
        return job.screen();
      },
      { timeout: 15_000, interval: 300 },
    )
    .toContain('Stopped');
  expect(job.ask('alternate_on')).toBe('0');
  expect(job.screen()).not.toContain('▸');
  job.type('echo $((6*7)) words of the shell');
  job.keys('Enter');
  await job.shows('42 words of the shell');
  job.keys('fg', 'Enter');
  await isTheDashboards(job);
});
