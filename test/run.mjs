#!/usr/bin/env node
// `npm test`: every check in order, one line each, then `N passed, N failed`. A failed stage shows its output and does
// not keep the others from running. `node test/run.mjs unit lint` runs only the stages that are named.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const scratch = mkdtempSync(join(tmpdir(), 'mc-test-run-'));
const bin = (name) => join(root, 'node_modules', '.bin', name);

/** Stages that pass or fail as a whole; each command must exit with 0. */
const CHECKS = {
  build: [[process.execPath, 'bin/build.mjs']],
  format: [[bin('biome'), 'format', '--error-on-warnings', '.']],
  types: [
    [bin('tsc'), '-p', 'test/tsconfig.json'],
    [bin('tsc'), '-p', 'test/architecture/tsconfig.browser.json'],
  ],
  lint: [[bin('oxlint'), '--type-aware', '--deny-warnings']],
  'dead code': [[bin('knip')]],
  generated: [[process.execPath, 'bin/generate.mjs', '--check']],
};

/** Stages of tests: the folder, and how long one such stage may take before it is given up. */
const SUITES = ['architecture', 'unit', 'contract', 'integration', 'e2e'];
const SUITE_LIMIT_MS = 12 * 60_000;

const wanted = process.argv.slice(2);
const totals = { passed: 0, failed: 0, skipped: 0 };

for (const [name, commands] of Object.entries(CHECKS)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  await stage(name, () => check(commands));
}
for (const name of SUITES) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  if (existsSync(join(root, 'test', name))) await stage(name, () => suite(name));
}
rmSync(scratch, { recursive: true, force: true });
const skipped = totals.skipped > 0 ? `, ${totals.skipped} skipped` : '';
console.log(`${totals.passed} passed, ${totals.failed} failed${skipped}`);
process.exitCode = totals.failed > 0 ? 1 : 0;

async function stage(name, work) {
  const began = Date.now();
  const result = await work();
  totals.passed += result.passed;
  totals.failed += result.failed;
  totals.skipped += result.skipped;
  const seconds = ((Date.now() - began) / 1000).toFixed(1).padStart(6);
  const mark = result.failed > 0 ? '✗' : '✓';
  console.log(`${mark} ${name.padEnd(14)}${seconds}s  ${result.note}`);
  if (result.failed > 0) console.log(result.output);
  for (const warning of result.warnings ?? []) console.log(`! ${warning}`);
}

async function check(commands) {
  const outputs = [];
  for (const command of commands) {
    const { code, output } = await run(command);
    if (code !== 0) outputs.push(output);
  }
  const failed = outputs.length > 0 ? 1 : 0;
  return { passed: 1 - failed, failed, skipped: 0, note: failed ? 'failed' : 'ok', output: outputs.join('\n') };
}

async function suite(name) {
  const file = join(scratch, `${name}.json`);
  const { code, output } = await run(
    [
      bin('vitest'),
      'run',
      `test/${name}`,
      '--passWithNoTests',
      '--reporter=default',
      '--reporter=json',
      `--outputFile=${file}`,
    ],
    SUITE_LIMIT_MS,
  );
  if (!existsSync(file)) return { passed: 0, failed: 1, skipped: 0, note: 'did not finish', output };
  const report = JSON.parse(readFileSync(file, 'utf8'));
  const passed = report.numPassedTests;
  const skipped = report.numPendingTests + report.numTodoTests;
  // A file that cannot be loaded fails without a single failed test in it.
  const failed = report.numFailedTests || (code === 0 && report.success ? 0 : 1);
  const warnings = [...new Set(output.split('\n').filter((line) => line.startsWith('LOUD: ')))].map((line) =>
    line.slice(6),
  );
  const note = `${passed} passed${failed ? `, ${failed} failed` : ''}${skipped ? `, ${skipped} skipped` : ''}`;
  return { passed, failed, skipped, note, output, warnings };
}

/** Runs a command without a terminal; what it prints is kept, and it is ended after `limitMs`. */
function run([command, ...args], limitMs = 10 * 60_000) {
  return new Promise((done) => {
    const env = { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined };
    const child = spawn(command, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
    const chunks = [];
    child.stdout.on('data', (chunk) => chunks.push(chunk));
    child.stderr.on('data', (chunk) => chunks.push(chunk));
    const timer = setTimeout(() => child.kill('SIGKILL'), limitMs);
    child.on('error', (error) => chunks.push(Buffer.from(String(error))));
    child.on('close', (code) => {
      clearTimeout(timer);
      done({ code: code ?? 1, output: Buffer.concat(chunks).toString('utf8') });
    });
  });
}
