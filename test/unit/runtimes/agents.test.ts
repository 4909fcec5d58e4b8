import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isAgentId } from '../../../src/protocol/index.js';
import {
  agentsOf,
  besideWorkspace,
  homelessAgent,
  namedAgent,
  type ProjectBook,
  projectOf,
} from '../../../src/runtimes/agents.js';
import { openLedger } from '../../../src/runtimes/ledger/ledger.js';
import * as fc from '../../support/property.js';
import { flatPrices } from '../../support/responses.js';
import { scratch } from '../../support/scratch.js';

describe('the project of a directory', () => {
  it.each([
    ['/home/dev/src/pier.north', 'pier.north'],
    ['/home/dev/src/harbor/', 'harbor'],
    ['/home/dev/src/harbor/.claude/worktrees/fix/sub', 'harbor'],
    ['/home/dev/src/harbor/.claude/worktrees', 'harbor'],
    ['/home/dev/src/harbor/.worktrees/fix', 'harbor'],
    ['/home/dev/.claude/worktreesX', 'worktreesX'],
    ['C:\\src\\harbor\\.worktrees\\fix', 'harbor'],
    ['/home/dev/検証', '検証'],
    ['/a/b\u0007c', 'b_c'],
  ])('%s is %s', (cwd, name) => {
    expect(projectOf(cwd)?.name).toBe(name);
  });

  it.each(['', '/', '///', '\\'])('%j is none', (cwd) => {
    expect(projectOf(cwd)).toBeNull();
  });

  it('is one for a directory and its worktrees', () => {
    expect(projectOf('/a/b/.worktrees/x')?.path).toBe(projectOf('/a/b/')?.path);
  });
});

describe('agents of directories', () => {
  const open = async (work: (book: ProjectBook) => void, path = join(scratch(), 'usage.db')) => {
    const { ledger } = await openLedger(path, flatPrices());
    try {
      ledger.inOne(() => work(ledger.projects));
    } finally {
      ledger.close();
    }
  };
  const seen = (...cwds: string[]) => cwds.map((cwd, index) => ({ cwd, at: 100 - index }));

  it('have the name alone that was seen first, and keep what they have', async () => {
    const path = join(scratch(), 'usage.db');
    const expected = new Map([
      ['/b/harbor', 'codex:harbor'],
      ['/a/harbor', 'codex:harbor~96b9'],
      ['/a/pier', 'codex:pier'],
    ]);
    await open((book) => {
      const agents = agentsOf(book, 'codex', seen('/a/harbor', '/a/pier', '/b/harbor'));
      expect(agents.get('/b/harbor')).toBe('codex:harbor');
      expect(agents.get('/a/harbor')).toMatch(/^codex:harbor~[0-9a-f]{4}$/);
      expected.set('/a/harbor', agents.get('/a/harbor') ?? '');
      expect(agents).toEqual(expected);
    }, path);
    await open((book) => {
      const more = seen('/b/harbor', '/a/pier', '/a/harbor', '/a/harbor/.worktrees/x');
      expect(agentsOf(book, 'codex', more)).toEqual(
        new Map([...expected, ['/a/harbor/.worktrees/x', expected.get('/a/harbor')]]),
      );
      expect(agentsOf(book, 'claude-code', seen('/a/harbor')).get('/a/harbor')).toBe('claude-code:harbor');
    }, path);
  });

  it('have an id of their own, whatever the directories are called', async () => {
    await open((book) => {
      fc.assert(
        fc.property(fc.array(fc.string({ unit: 'binary' })), (cwds) => {
          const agents = agentsOf(book, 'codex', seen(...cwds.map((cwd) => `/x/${cwd}/same`), ...cwds));
          for (const id of agents.values()) expect(isAgentId(id)).toBe(true);
          const paths = new Map([...agents].map(([cwd, id]) => [projectOf(cwd)?.path, id]));
          expect(new Set(paths.values()).size).toBe(paths.size);
        }),
      );
    });
  });

  it('are unknown without a directory, and named by runtimes that name them', () => {
    expect(homelessAgent('codex')).toBe('codex:unknown');
    expect(namedAgent('openclaw', 'main')).toBe('openclaw:main');
    expect(isAgentId(namedAgent('openclaw', '../a\u0000b\ud800'))).toBe(true);
  });

  it('stand beside an agent of the workspace with the same id', () => {
    const workspace = new Set(['codex:a', 'codex:b', 'codex:b~rt']);
    const of = (id: string) => besideWorkspace(id, (other) => workspace.has(other));
    expect(['codex:a', 'codex:b', 'codex:c'].map(of)).toEqual(['codex:a~rt', 'codex:b~rt~rt', 'codex:c']);
  });
});
