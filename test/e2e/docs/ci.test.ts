import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

const root = join(import.meta.dirname, '..', '..', '..');
const page = readFileSync(join(root, 'docs', 'ci.md'), 'utf8');
const manifest = JSON.parse(readFileSync(join(root, 'oclif.manifest.json'), 'utf8')) as {
  commands: Record<string, { flags: Record<string, unknown> }>;
};

interface Workflow {
  name: string;
  on: { schedule: { cron: string }[] };
  jobs: Record<string, { 'runs-on': string; steps: { uses?: string; run?: string }[] }>;
}

const blocks = (language: string) =>
  [...page.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm'))].map(([, text = '']) => text);
const workflows = blocks('yaml').map((text) => parse(text) as Workflow);
const cronLines = page
  .slice(page.indexOf('## cron'))
  .split('\n')
  .filter((line) => /^[*\d]/.test(line));

/** The calls of mc in a line for a shell, each as its words. */
function callsIn(line: string): string[][] {
  return line
    .split(/\|\||&&|[;|>&]/)
    .map((part) => part.trim().split(/\s+/))
    .filter(([first]) => first === 'mc')
    .map((words) => words.slice(1));
}

/** What a call says that mc does not know. */
function unknownIn([command = '', ...words]: string[]): string[] {
  const known = manifest.commands[command];
  if (!known) return [command];
  const flags = words.flatMap((word) => /^--([a-z-]+)/.exec(word)?.[1] ?? []);
  return flags.filter((flag) => !Object.hasOwn(known.flags, flag));
}

const runs = workflows.flatMap(({ jobs }) =>
  Object.values(jobs).flatMap(({ steps }) => steps.flatMap(({ run }) => run ?? [])),
);
const schedules = [
  ...workflows.flatMap(({ on }) => on.schedule.map(({ cron }) => cron)),
  ...cronLines.map((line) => line.split(' ').slice(0, 5).join(' ')),
];
const calls = [...runs, ...cronLines.map((line) => line.split(' ').slice(5).join(' '))].flatMap(callsIn);

describe('the examples of docs/ci.md', () => {
  it('are workflows: a schedule, and jobs whose steps use or run something', () => {
    expect(workflows).toHaveLength(2);
    for (const { jobs } of workflows) {
      for (const job of Object.values(jobs)) {
        expect(job['runs-on']).toBe('ubuntu-latest');
        for (const { uses, run } of job.steps) expect([uses, run].filter(Boolean)).toHaveLength(1);
      }
    }
  });

  it('have schedules of five fields', () => {
    expect(schedules).toHaveLength(4);
    for (const schedule of schedules) expect(schedule).toMatch(/^(?:[*\d/,-]+ ){4}[*\d/,-]+$/);
  });

  it('call mc with flags that it has', () => {
    expect(calls.map(([command]) => command)).toEqual(['check', 'check', 'check', 'check', 'serve']);
    expect(calls.flatMap(unknownIn)).toEqual([]);
    expect(calls.some((words) => words.includes('--no-firing'))).toBe(true);
  });

  it('would be found out by a flag or a command that there is not', () => {
    expect(callsIn('mc check --max-waitng 5m --quiet || mc chek > x').flatMap(unknownIn)).toEqual([
      'max-waitng',
      'chek',
    ]);
  });
});
