#!/usr/bin/env node
// `mc`. Starts the bundle, which is read several times faster than hundreds of modules.
import { existsSync, readFileSync } from 'node:fs';
import module from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const bundle = join(root, 'dist', 'bundle', 'main.js');
const argv = process.argv.slice(2);

if (argv[0] === '--version' || argv[0] === '-V') {
  const { name, version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  process.stdout.write(`${name}/${version} ${process.platform}-${process.arch} node-${process.version}\n`);
} else if (!existsSync(bundle)) {
  process.stderr.write(`✗ mc is not built: ${bundle} is missing\n  build it with: npm run build\n`);
  process.exitCode = 1;
} else {
  // Not in Node 20.
  module.enableCompileCache?.();
  const { main } = await import(pathToFileURL(bundle).href);
  await main(argv, root);
}
