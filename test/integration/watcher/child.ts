import { closeSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { systemClock } from '../../../src/base/index.js';
import type { Reading } from '../../../src/protocol/index.js';
import { createWatcher } from '../../../src/workspace/watch/watcher.js';

/** A process that watches, has one change told, closes and prints what happened; then it has to end by itself. */
const [root = '', how = ''] = process.argv.slice(2);
const agents = new Map<string, string>();
const modes: string[] = [];
const take = (reading: Reading): void => {
  for (const [id, said] of reading.agents) if (said) agents.set(id, said.agent.status);
};
const watcher = createWatcher({
  root,
  clock: systemClock,
  onReading: take,
  onMode: ({ reason }) => modes.push(reason),
  pollMs: 50,
});

if (how === 'close-early') {
  const starting = watcher.start();
  await wait(2);
  await watcher.close();
  await starting;
  process.stdout.write(JSON.stringify({ closed: true }));
} else {
  const taken = how === 'starve' ? takeAllHandles() : [];
  const starting = watcher.start().then(take);
  await wait(300);
  for (const handle of taken) closeSync(handle);
  await starting;
  await until(() => agents.size === 5 && [...agents.values()].every((status) => status === 'idle'));
  const path = join(root, 'mission-control/agents/two/state.json');
  writeFileSync(`${path}.tmp`, '{"status":"busy"}');
  renameSync(`${path}.tmp`, path);
  await until(() => agents.get('two') === 'busy');
  const { mode } = watcher.health();
  await watcher.close();
  const said = { agents: agents.size, mode, changed: agents.get('two'), modes: modes.length, limit: limit() };
  process.stdout.write(JSON.stringify(said));
}

function takeAllHandles(): number[] {
  const handles: number[] = [];
  try {
    for (;;) handles.push(openSync('/dev/null', 'r'));
  } catch {
    return handles;
  }
}

function limit(): number {
  return Number(readFileSync('/proc/sys/user/max_inotify_watches', 'utf8'));
}

async function until(isTrue: () => boolean): Promise<void> {
  for (let tries = 0; tries < 400 && !isTrue(); tries += 1) await wait(20);
}
