import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Office, startSharedOffice } from '../../integration/server/office.js';

const run = promisify(execFile);
const text = readFileSync(join(import.meta.dirname, '..', '..', '..', 'docs', 'api.md'), 'utf8');

/** The commands of a console block, each with the output that is promised; `…` stands for anything on its line. */
function sessionIn(markdown: string): { command: string; output: string }[] {
  const block = /```console\n([\s\S]*?)```/.exec(markdown)?.[1] ?? '';
  return block
    .split(/^\$ /m)
    .slice(1)
    .map((part) => {
      const end = part.indexOf('\n');
      return { command: part.slice(0, end), output: part.slice(end + 1).trimEnd() };
    });
}

function formOf(output: string): RegExp {
  const parts = output.split('…').map((part) => part.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`);
}

const session = sessionIn(text);
let office: Office;
let stop: () => Promise<void>;
beforeAll(async () => {
  ({ office, stop } = await startSharedOffice());
});
afterAll(() => stop());

describe('the curl session of docs/api.md', () => {
  it('is there', () => {
    expect(session.length).toBeGreaterThan(12);
  });

  it.each(session)('$command', async ({ command, output }) => {
    const { stdout } = await run('bash', ['-c', command], { env: { ...process.env, MC: office.server.http } });
    expect(stdout.trimEnd()).toMatch(formOf(output));
  });
});
