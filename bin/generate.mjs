#!/usr/bin/env node
// Writes what is generated from the built program: oclif.manifest.json, the README's table of commands, the table of
// settings in docs/configuration.md, the routes in docs/api.md, the errors in docs/errors.md, docs/cli.md and man/mc.1. With --check it
// only says which of them are not as they should be.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { apiReference } from './api-reference.mjs';
import { commandPages, manualPage } from './cli-reference.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const read = (file) => readFileSync(join(root, file), 'utf8');
const manifest = makeManifest();
const wanted = {
  'oclif.manifest.json': `${JSON.stringify(manifest, null, 2)}\n`,
  'README.md': between(read('README.md'), 'commands', commandTable(manifest)),
  'docs/configuration.md': between(read('docs/configuration.md'), 'settings', await settingsTable()),
  'docs/api.md': between(read('docs/api.md'), 'routes', await apiReference(root)),
  'docs/alerts.md': between(read('docs/alerts.md'), 'rules', await ruleTable()),
  'docs/cli.md': commandPages(manifest, await load('protocol/codes.js')),
  'man/mc.1': manualPage(manifest, await load('protocol/codes.js')),
  'docs/errors.md': between(read('docs/errors.md'), 'errors', await errorTable()),
};

for (const [file, text] of Object.entries(wanted)) {
  if (existsSync(join(root, file)) && read(file) === text) continue;
  if (process.argv.includes('--check')) {
    console.error(`${file} does not match the program: run \`node bin/generate.mjs\` and commit it`);
    process.exitCode = 1;
  } else {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), text);
    console.log(`wrote ${file}`);
  }
}

/** Lets oclif read the commands; it writes into the place of the committed file, which is put back. */
function makeManifest() {
  const file = join(root, 'oclif.manifest.json');
  const before = read('oclif.manifest.json');
  rmSync(file);
  try {
    execFileSync(process.execPath, [join(root, 'node_modules', 'oclif', 'bin', 'run.js'), 'manifest'], {
      cwd: root,
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, OCLIF_SKIP_UPDATE_CHECK: '1', MC_SKIP_NEW_VERSION_CHECK: '1' },
    });
    const made = JSON.parse(readFileSync(file, 'utf8'));
    // oclif lists commands in the order in which the file system tells them, which is not the same everywhere.
    made.commands = Object.fromEntries(Object.entries(made.commands).sort(([a], [b]) => (a < b ? -1 : 1)));
    return made;
  } finally {
    writeFileSync(file, before);
  }
}

/** Replaces what stands between `<!-- name -->` and `<!-- /name -->`. */
function between(text, name, content) {
  const [open, close] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const [start, end] = [text.indexOf(open), text.indexOf(close)];
  if (start < 0 || end < start) throw new Error(`the marks ${open} and ${close} are missing`);
  return `${text.slice(0, start + open.length)}\n${content}\n${text.slice(end)}`;
}

function commandTable({ commands }) {
  const rows = Object.entries(commands)
    .filter(([, command]) => !command.hidden)
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([id, command]) => {
      const args = Object.values(command.args).map((arg) => (arg.required ? arg.name : `[${arg.name}]`).toUpperCase());
      const line = ['mc', ...id.split(':'), ...args].join(' ');
      return `| \`${line}\` | ${(command.summary ?? command.description ?? '').split('\n')[0]} |`;
    });
  return ['| command | what it does |', '|---|---|', ...rows].join('\n');
}

function load(file) {
  return import(pathToFileURL(join(root, 'dist', 'src', file)).href);
}

async function errorTable() {
  const { ERRORS, ERROR_WORDS } = await load('protocol/index.js');
  const rows = Object.entries(ERRORS).map(([code, { exit, http }]) => {
    const { means, next } = ERROR_WORDS[code];
    return `| \`${code}\` | ${means} | ${next} | ${exit} | ${http} |`;
  });
  return ['| code | what happened | what to do | exit | HTTP |', '|---|---|---|---|---|', ...rows].join('\n');
}

async function ruleTable() {
  const { BUILTIN_RULES } = await load('alerts/rules/index.js');
  const { formatDuration } = await load('protocol/times.js');
  const { withUnit } = await load('view/index.js');
  const span = (ms) => (ms === 0 ? 'at once' : formatDuration(ms));
  const rows = BUILTIN_RULES.map(({ name, severity, looksAt, limit, unit, forMs, keepFiringMs }) => {
    const figure = limit === null ? '' : withUnit(limit, unit ?? '');
    return `| \`${name}\` | ${severity} | ${looksAt} | ${figure} | ${span(forMs)} | ${span(keepFiringMs)} |`;
  });
  return [
    '| rule | severity | looks at | limit | fires after | over after |',
    '|---|---|---|---|---|---|',
    ...rows,
  ].join('\n');
}

async function settingsTable() {
  const { SETTINGS, SETTING_KEYS, envOf, flagOf } = await load('base/settings.js');
  const { acceptedBy } = await load('base/setting-values.js');
  const { formatDuration } = await load('protocol/times.js');
  const shown = ({ kind, default: value }) => {
    if (value === null || (Array.isArray(value) && value.length === 0)) return '–';
    return `\`${kind === 'duration' ? formatDuration(value) : value}\``;
  };
  const rows = SETTING_KEYS.map((key) => {
    const setting = SETTINGS[key];
    const door = setting.door ? 'yes' : '';
    return `| \`${key}\` | \`--${flagOf(key)}\` | \`${envOf(key)}\` | ${shown(setting)} | ${acceptedBy(key)} | ${door} | ${setting.description} |`;
  });
  return [
    '| key | flag | variable | default | accepts | door | what it does |',
    '|---|---|---|---|---|---|---|',
    ...rows,
  ].join('\n');
}
