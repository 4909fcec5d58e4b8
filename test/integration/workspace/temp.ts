import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';

/** An empty workspace, removed when the test ends. */
export async function tempWorkspace(): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'mc-workspace-'));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  return root;
}

/** A copy of the fixture office, removed when the test ends. */
export async function tempOffice(): Promise<string> {
  const root = await tempWorkspace();
  await cp(new URL('../../fixtures/office', import.meta.url), root, { recursive: true });
  return root;
}

/** Writes a file below a root, with its directories. */
export async function put(root: string, path: string, content: string | Uint8Array): Promise<string> {
  const full = join(root, path);
  await mkdir(dirname(full), { recursive: true });
  await writeFile(full, content);
  return full;
}
