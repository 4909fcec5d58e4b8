#!/usr/bin/env node
// `npm run bench -- NAME [options]`: runs bench/NAME.mjs, which prints its figures as one JSON document on stdout.
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const name = process.argv[2] ?? '';
const known = readdirSync(here)
  .filter((file) => file.endsWith('.mjs') && file !== 'run.mjs' && !file.includes('-'))
  .map((file) => file.slice(0, -4));

if (!known.includes(name) || !existsSync(join(here, `${name}.mjs`))) {
  console.error(`usage: npm run bench -- NAME, where NAME is one of: ${known.join(', ')}`);
  process.exitCode = 2;
} else {
  process.argv.splice(1, 2, join(here, `${name}.mjs`));
  await import(pathToFileURL(join(here, `${name}.mjs`)).href);
}
