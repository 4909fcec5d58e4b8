import { mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { addAgent, listAgentIds, readAgents } from '../../../src/workspace/index.js';
import { scratch } from '../../support/scratch.js';

let root: string;
let agents: string;
beforeEach(() => {
  root = scratch();
  agents = join(root, 'mission-control', 'agents');
  mkdirSync(agents, { recursive: true });
});

describe('addAgent', () => {
  it('makes an agent that is read with its facts, and counts as offline until it reports', async () => {
    const added = await addAgent(root, 'scout', { role: 'Looks ahead', emoji: '🔭' }, { now: 0 });
    expect(added).toEqual({
      id: 'scout',
      directory: 'mission-control/agents/scout',
      files: ['agent.json', 'state.json'],
    });
    const agent = (await readAgents(root, ['scout'])).get('scout')?.agent;
    expect(agent).toMatchObject({
      name: 'scout',
      role: 'Looks ahead',
      emoji: '🔭',
      normalized_status: 'offline',
      warnings: [],
    });
    expect(readdirSync(agents)).toEqual(['scout']);
  });

  it('makes the directory of agents where it is missing', async () => {
    const bare = scratch();
    mkdirSync(join(bare, 'mission-control'));
    await addAgent(bare, 'a', {}, { now: 0 });
    expect((await listAgentIds(bare)).ids).toEqual(['a']);
  });

  it.each(['', '.', '..', '.hidden', 'a/b', '../out', 'a\0b', '-x', 'a\nb', ' a', 'é'.repeat(101)])(
    'refuses the id %j and makes nothing',
    async (id) => {
      await expect(addAgent(root, id, {}, { now: 0 })).rejects.toMatchObject({ code: 'input.invalid', exit: 2 });
      expect(readdirSync(agents)).toEqual([]);
    },
  );

  it('leaves one that is there as it is', async () => {
    await addAgent(root, 'scout', { role: 'first' }, { now: 0 });
    await expect(addAgent(root, 'scout', { role: 'second' }, { now: 0 })).rejects.toThrow(
      'there is an agent "scout" already',
    );
    expect(readFileSync(join(agents, 'scout', 'agent.json'), 'utf8')).toContain('first');
    mkdirSync(join(agents, 'empty'));
    await expect(addAgent(root, 'empty', {}, { now: 0 })).rejects.toMatchObject({ code: 'input.invalid' });
    symlinkSync(scratch(), join(agents, 'link'));
    await expect(addAgent(root, 'link', {}, { now: 0 })).rejects.toMatchObject({ code: 'input.invalid' });
  });

  it('needs a workspace, and names the command that makes one', async () => {
    await expect(addAgent(join(root, 'nowhere'), 'a', {}, { now: 0 })).rejects.toMatchObject({
      code: 'workspace.missing',
      hint: expect.stringContaining('mc init'),
    });
  });

  it('makes nothing with dryRun', async () => {
    expect(await addAgent(root, 'scout', {}, { now: 0, dryRun: true })).toMatchObject({ id: 'scout' });
    expect(readdirSync(agents)).toEqual([]);
  });
});
