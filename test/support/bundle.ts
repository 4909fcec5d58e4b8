import { join } from 'node:path';
import { build } from 'esbuild';

/** Bundles a TypeScript file into `directory` so that a process of its own can run it; returns its path. */
export async function bundled(entry: string, directory: string): Promise<string> {
  const outfile = join(directory, 'bundled.mjs');
  await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    // The file lies outside of the project, where its packages are not found by name.
    plugins: [
      {
        name: 'packages by path',
        setup(plugin) {
          plugin.onResolve({ filter: /^[^./]/ }, ({ path }) => ({ path: import.meta.resolve(path), external: true }));
        },
      },
    ],
  });
  return outfile;
}
