#!/usr/bin/env node
// Builds dist/: tsc's output of src and commands (what `mission-control/client` is imported from), and beside it a bundle
// of the same commands, because reading one file is several times faster than resolving hundreds of modules.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundle } from './bundle.mjs';
import { noticesOf } from './notices.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const dist = join(root, 'dist');

function filesBelow(directory, endings) {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((file) => endings.some((ending) => file.endsWith(ending)))
    .map((file) => join(directory, file))
    .sort();
}

function entryPoints() {
  const commands = filesBelow(join(root, 'commands'), ['.ts', '.tsx']);
  const workers = filesBelow(join(root, 'src'), ['.worker.ts']);
  const main = join(root, 'src', 'cli', 'main.ts');
  return [
    { in: main, out: 'main' },
    ...commands.map((file) => ({ in: file, out: relative(root, file).replace(/\.tsx?$/, '') })),
    ...workers.map((file) => ({ in: file, out: `workers/${basename(file, '.ts')}` })),
  ];
}

rmSync(dist, { recursive: true, force: true });
mkdirSync(dist, { recursive: true });
execFileSync(process.execPath, [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', root], {
  stdio: 'inherit',
});
const dashboard = join(root, 'src', 'tui', 'dashboard.tsx');
const { metafiles, contents } = await bundle(entryPoints(), dashboard, join(dist, 'bundle'));
writeFileSync(join(dist, 'bundle', 'THIRD-PARTY.txt'), noticesOf(metafiles, root));
writeFileSync(join(dist, 'contents.json'), JSON.stringify(contents, null, 2));
