import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

interface Locked {
  version?: string;
  optional?: boolean;
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
}

const lock = JSON.parse(readFileSync(join(import.meta.dirname, '../../package-lock.json'), 'utf8')) as {
  packages: Record<string, Locked>;
};

/** `npm ci` refuses a lock file that leaves out a package, also one for another platform. */
test('the lock file names every package that another one needs, for every platform', () => {
  expect(missingFrom(lock.packages)).toEqual([]);
});

test('a package that is left out is found', () => {
  const packages = { ...lock.packages };
  delete packages['node_modules/@biomejs/cli-darwin-arm64'];
  expect(missingFrom(packages)).toEqual(['node_modules/@biomejs/biome needs @biomejs/cli-darwin-arm64']);
});

function missingFrom(packages: Record<string, Locked>): string[] {
  return Object.entries(packages).flatMap(([place, { dependencies, optionalDependencies }]) =>
    Object.keys({ ...dependencies, ...optionalDependencies })
      .filter((name) => !isFound(packages, place, name))
      .map((name) => `${place} needs ${name}`),
  );
}

/** As Node looks for it: beside, then in each folder above. */
function isFound(packages: Record<string, Locked>, place: string, name: string): boolean {
  for (let at = place; ; at = at.slice(0, Math.max(0, at.lastIndexOf('node_modules/') - 1))) {
    if (packages[`${at === '' ? '' : `${at}/`}node_modules/${name}`]) return true;
    if (at === '') return false;
  }
}
