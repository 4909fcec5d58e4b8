import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const page = join(ROOT, 'man', 'mc.1');
const has = (program: string) => spawnSync('which', [program]).status === 0;

it('docs/cli.md and the manual page name every command that is shown, and none that is hidden', () => {
  const { commands } = JSON.parse(readFileSync(join(ROOT, 'oclif.manifest.json'), 'utf8')) as {
    commands: Record<string, { hidden?: boolean; exits?: string[] }>;
  };
  const [markdown, manual] = [readFileSync(join(ROOT, 'docs', 'cli.md'), 'utf8'), readFileSync(page, 'utf8')];
  for (const [id, { hidden }] of Object.entries(commands)) {
    const words = id.replaceAll(':', ' ');
    expect(markdown.includes(`## \`mc ${words}\`\n`), id).toBe(hidden !== true);
    expect(manual.includes(`.SS mc ${words.replaceAll('-', '\\-')}\n`), id).toBe(hidden !== true);
  }
});

it.skipIf(!has('mandoc'))('mandoc finds nothing wrong with the manual page', () => {
  const { stdout, status } = spawnSync('mandoc', ['-Tlint', '-Wwarning', page], { encoding: 'utf8' });
  // It has no date of its own: it is made again with each version.
  const told = stdout.split('\n').filter((line) => line !== '' && !line.includes('missing date'));
  expect(told).toEqual([]);
  expect(status).toBeLessThanOrEqual(2);
});

it.skipIf(!has('man'))('man shows it', () => {
  const env = { PATH: process.env.PATH ?? '', MANPAGER: 'cat', LC_ALL: 'C.UTF-8', TERM: 'dumb' };
  const text = execFileSync('man', ['-l', page], { encoding: 'utf8', env });
  expect(text).toMatch(/EXIT STATUS/);
});
