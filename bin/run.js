#!/usr/bin/env node
// `mc`. Starts the bundle, which is read several times faster than hundreds of modules. CommonJS, as the bundle is: with
// Node.js 20 the loader of ES modules takes longer than all that `mc --version` does.
const fs = require('node:fs');
const path = require('node:path');

const root = path.dirname(__dirname);
const bundle = path.join(root, 'dist', 'bundle', 'main.cjs');
const argv = process.argv.slice(2);

if (argv[0] === '--version' || argv[0] === '-V') {
  const { name, version } = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8'));
  process.stdout.write(`${name}/${version} ${process.platform}-${process.arch} node-${process.version}\n`);
} else if (!fs.existsSync(bundle)) {
  process.stderr.write(`✗ mc is not built: ${bundle} is missing\n  build it with: npm run build\n`);
  process.exitCode = 1;
} else {
  require('./compiled.js').keepCompiled(path.dirname(bundle), commandName());
  void require(bundle).main(argv, root, require);
}

/** What the words begin with, where that is a command. */
function commandName() {
  const words = argv.slice(0, 2).filter((word) => /^[a-z-]+$/.test(word) && !word.startsWith('-'));
  const isCommand = (names) => fs.existsSync(`${path.join(root, 'dist', 'bundle', 'commands', ...names)}.cjs`);
  const found = [words, words.slice(0, 1)].find((names) => names.length > 0 && isCommand(names)) ?? [];
  return ['mc', ...found, ...(argv.includes('--help') ? ['help'] : [])].join('-');
}
