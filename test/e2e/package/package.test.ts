import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { scratch } from '../../support/scratch.js';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
};

/** Packs what stands here, built, and unpacks it as an install would. */
function installed(): { place: string; files: string[] } {
  const place = scratch();
  const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', place];
  execFileSync('npm', args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'ignore'] });
  const tarball = readdirSync(place).find((name) => name.endsWith('.tgz')) ?? '';
  const into = join(place, 'node_modules', 'mission-control');
  mkdirSync(into, { recursive: true });
  execFileSync('tar', ['-xzf', join(place, tarball), '--strip-components=1', '-C', into]);
  const files = readdirSync(into, { recursive: true, encoding: 'utf8' }).filter((file) =>
    statSync(join(into, file)).isFile(),
  );
  return { place, files };
}

it('the package holds the code once, nothing for developers, and the licences of what it carries', () => {
  const { files, place } = installed();
  const tops = new Set(
    files.map((file) =>
      file
        .split('/')
        .slice(0, file.startsWith('dist/') ? 3 : 1)
        .join('/'),
    ),
  );
  expect(
    [...tops].filter((top) => /^dist\/src\/(?!client$|protocol$)|^dist\/commands|^(test|bench|src)$/.test(top)),
  ).toEqual([]);
  expect(files).toContain('bin/run.js');
  expect(files.filter((file) => file.startsWith('bin/')).sort()).toEqual([
    'bin/compiled.js',
    'bin/package.json',
    'bin/run.js',
  ]);
  const notices = readFileSync(join(place, 'node_modules/mission-control/dist/bundle/THIRD-PARTY.txt'), 'utf8');
  for (const name of ['fastify', 'ink', 'react', 'tar', 'ws']) expect(notices).toMatch(new RegExp(`^${name} \\d`, 'm'));
});

it('what the bundle imports at run time is what the package depends on', () => {
  const bundle = join(ROOT, 'dist', 'bundle');
  const imported = readdirSync(bundle, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.[cm]js$/.test(file))
    .flatMap((file) => [
      ...readFileSync(join(bundle, file), 'utf8').matchAll(
        /(?:(?:^|[;}\s])import(?:[^;"'()]*?from)?\s*\(?|=(?:__toESM\()?require\()["'](@?\w[\w./-]*)["']/g,
      ),
    ])
    .map(([, name = '']) => name)
    .filter((name) => !name.startsWith('node:') && !builtinModules.includes(name.split('/')[0] ?? ''));
  // Ink asks for this one only under DEV=true.
  const needed = new Set(imported.filter((name) => name !== 'react-devtools-core'));
  expect([...needed].sort()).toEqual(Object.keys(manifest.dependencies).sort());
});
