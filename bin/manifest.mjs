#!/usr/bin/env node
// Writes oclif.manifest.json from the built commands; with --check it only says whether the file is as it should be.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const file = join(root, 'oclif.manifest.json');
const before = existsSync(file) ? readFileSync(file, 'utf8') : '';
try {
  execFileSync(process.execPath, [join(root, 'node_modules', 'oclif', 'bin', 'run.js'), 'manifest'], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const after = `${JSON.stringify(JSON.parse(readFileSync(file, 'utf8')), null, 2)}\n`;
  writeFileSync(file, process.argv.includes('--check') ? before : after);
  if (process.argv.includes('--check') && before !== after) {
    console.error('oclif.manifest.json does not match the commands: run `node bin/manifest.mjs` and commit it');
    process.exitCode = 1;
  }
} catch (error) {
  if (before) writeFileSync(file, before);
  throw error;
}
