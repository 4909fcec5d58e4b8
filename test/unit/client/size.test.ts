import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';

const door = fileURLToPath(new URL('../../../src/client/index.ts', import.meta.url));

/** Bytes of the minified, gzipped bundle. */
async function gzipSize(external: string[]): Promise<number> {
  const options = { bundle: true, minify: true, write: false, format: 'esm', platform: 'browser' } as const;
  const { outputFiles } = await build({ ...options, entryPoints: [door], external });
  return gzipSync(outputFiles[0]?.contents ?? '').length;
}

describe('the client in a browser', () => {
  it('is at most 6 kB, and 10 kB with the protocol, gzipped', async () => {
    const [client, all] = [await gzipSize(['*/protocol/index.js']), await gzipSize([])];
    expect(client).toBeGreaterThan(1000);
    expect(client).toBeLessThanOrEqual(6 * 1024);
    expect(all).toBeGreaterThan(client);
    expect(all).toBeLessThanOrEqual(10 * 1024);
  });
});
