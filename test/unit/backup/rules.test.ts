import { describe, expect, it } from 'vitest';
import { compileRules, ignoreLines, isPattern, type Rules } from '../../../src/backup/tree/rules.js';

const rules = (changes: Partial<Rules> = {}) =>
  compileRules({ include: ['*.md', 'memory', 'docs/**/*.txt'], exclude: [], ignore: [], secrets: false, ...changes });

describe('the rules', () => {
  it.each([
    ['mission-control/agents/api/state.json', true],
    ['mission-control/agents/api/memory/2026-02-17.md', true],
    ['PENDING_TASKS.md', true],
    ['memory/deep/note.txt', true],
    ['docs/a/b/c.txt', true],
    ['docs/a/b/c.pdf', false],
    ['notes/x.md', false],
    ['photo.jpg', false],
    ['manifest.json', false],
    ['mission-control/backups/backup_1.tar.gz', false],
    ['mission-control/backend/pids/server.lock', false],
    ['mission-control/backend/data/metrics.db', true],
    ['mission-control/agents/api/.env', false],
    ['mission-control/agents/api/.env.production', false],
    ['mission-control/agents/api/server.KEY', false],
    ['mission-control/agents/api/node_modules/x/index.js', false],
    ['mission-control/.state.json.abc.mc-tmp', false],
    ['mission-control/agents/api/tasks.md', true],
  ])('judge %s: %s', (path, taken) => {
    expect(rules().includes(path)).toBe(taken);
  });

  it('take secrets when told to', () => {
    expect(rules({ secrets: true }).includes('mission-control/.env')).toBe(true);
  });

  it.each([
    ['*.log', 'mission-control/a/b.log', false],
    ['/mission-control/a', 'mission-control/a/b.txt', false],
    ['/a', 'mission-control/a', true],
    ['cold/', 'mission-control/cold/x', false],
    ['cold/', 'mission-control/x/cold', true],
    ['mission-control/*/tmp', 'mission-control/a/tmp/x', false],
    ['**/cache/**', 'mission-control/x/cache/y/z', false],
  ])('read the pattern %s as gitignore does: %s', (pattern, path, taken) => {
    expect(rules({ exclude: [pattern] }).includes(path)).toBe(taken);
  });

  it('let a later pattern take an earlier one back, and a deeper file win', () => {
    const ignore = [
      { base: 'mission-control', lines: ['*.log'] },
      { base: 'mission-control/agents/api', lines: ['!keep.log'] },
    ];
    expect(rules({ ignore }).includes('mission-control/agents/api/keep.log')).toBe(true);
    expect(rules({ ignore }).includes('mission-control/agents/other/keep.log')).toBe(false);
    expect(rules({ ignore }).includes('memory/keep.log')).toBe(true);
  });

  it('read ignore files without comments and empty lines', () => {
    expect(ignoreLines('# a\n\n*.log\r\n  \n!b\n')).toEqual(['*.log', '!b']);
  });

  it.each(['', '/', '//', '!', '!/', ' ', '/ ', 'x'.repeat(70_000)])(
    'know that the pattern %j names nothing, and go on without it',
    (pattern) => {
      expect(isPattern(pattern)).toBe(false);
      const matcher = rules({
        include: [pattern.replace('!', ''), '*.md'],
        exclude: [pattern, '*.log'],
        ignore: [{ base: 'memory', lines: [pattern] }],
      });
      expect(matcher.includes('PENDING_TASKS.md')).toBe(true);
      expect(matcher.includes('mission-control/run.log')).toBe(false);
      expect(matcher.includes('memory/note.md')).toBe(false);
    },
  );

  it.each(['*.log', '!keep', '/a', 'a/', '**', '#x', '['])('know that the pattern %j may name something', (pattern) => {
    expect(isPattern(pattern)).toBe(true);
  });

  it('take a directory that is included with a slash at its end', () => {
    expect(rules({ include: ['./memory/'] }).includes('memory/deep/note.txt')).toBe(true);
  });
});
