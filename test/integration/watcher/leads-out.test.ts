import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { LEADS_OUT } from '../../../src/base/index.js';
import { listAgentIds } from '../../../src/workspace/index.js';
import { scratch } from '../../support/scratch.js';
import { agentPath, endAll, watchOffice } from './workspace.js';

afterEach(endAll);

describe('an agent that is a link out of the workspace', () => {
  it('is one that is refused, for who watches and for who starts now, whatever lies there and comes to lie there', async () => {
    const outside = scratch();
    mkdirSync(join(outside, 'directory'));
    writeFileSync(join(outside, 'file'), '');
    symlinkSync('loop', join(outside, 'loop'));
    const watched = await watchOffice({ one: 'idle' }, { mode: 'native', rescanMs: 1e9 });
    for (const name of ['directory', 'file', 'loop', 'nothing'])
      symlinkSync(join(outside, name), agentPath(watched.root, name));
    symlinkSync('/dev/zero', agentPath(watched.root, 'device'));
    const refused = ['device', 'directory', 'file', 'loop', 'nothing'];
    const warned = () => refused.map((id) => watched.agent(id)?.agent.warnings[0]);
    await expect.poll(warned).toEqual(refused.map(() => expect.objectContaining({ file: '.', reason: LEADS_OUT })));
    mkdirSync(join(outside, 'nothing'));
    rmSync(join(outside, 'file'));
    expect(await listAgentIds(watched.root)).toEqual({ ids: [...refused, 'one'], refused: [] });
    await watched.watcher.rescan();
    expect(watched.ids()).toEqual([...refused, 'one']);
    for (const id of refused) rmSync(agentPath(watched.root, id));
    await expect.poll(watched.ids).toEqual(['one']);
  });
});
