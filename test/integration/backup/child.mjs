// One piece of backup work in a process of its own, to be killed or raced: child.mjs WORKSPACE ACTION [ID]. Says `begun`
// when it is about to begin and waits for a line; then `done`, or the error's code.
import { once } from 'node:events';

const built = (path) => import(new URL(`../../../dist/src/${path}`, import.meta.url).href);
const { openBackups } = await built('backup/index.js');
const { SETTINGS, workspaceLayout } = await built('base/index.js');

const [, , root, action, id] = process.argv;
const settings = Object.fromEntries(Object.entries(SETTINGS).map(([key, setting]) => [key, setting.default]));
const backups = await openBackups({ layout: workspaceLayout(root), settings, clock: { now: () => Date.now() } });
const actions = {
  create: () => backups.create(),
  restore: () => backups.restore(id),
  // ID is the directory here.
  'restore-to': () => backups.restore('latest', { to: id }),
  prune: () => backups.prune({ keepLast: 1, keepWithin: 0 }),
};

process.stdout.write('begun\n');
await once(process.stdin, 'data');
try {
  await actions[action]();
  process.stdout.write('done\n');
} catch (error) {
  process.stdout.write(`${error.code}\n`);
}
process.exit(0);
