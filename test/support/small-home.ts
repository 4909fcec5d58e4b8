import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, vi } from 'vitest';
import type { RuntimePlaces } from '../../src/server/runtimes.js';

/** The session of Claude Code that a small home has. */
export const SMALL_SESSION = '11111111-2222-4333-8444-555555555555';

/** Puts one session of one response (39 tokens) into a home directory. */
export function writeSession(home: string): void {
  const project = join(home, '.claude', 'projects', '-home-dev-src-harbor');
  mkdirSync(project, { recursive: true });
  const line = {
    type: 'assistant',
    uuid: 'aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee',
    sessionId: SMALL_SESSION,
    timestamp: '2026-11-20T08:00:00.000Z',
    cwd: '/home/dev/src/harbor',
    version: '2.1.270',
    requestId: 'req_1',
    message: {
      id: 'msg_1',
      model: 'claude-opus-4-6',
      role: 'assistant',
      stop_reason: 'end_turn',
      content: [],
      usage: { input_tokens: 3, output_tokens: 20, cache_read_input_tokens: 9, cache_creation_input_tokens: 7 },
    },
  };
  writeFileSync(join(project, `${SMALL_SESSION}.jsonl`), `${JSON.stringify(line)}\n`);
}

/** A home with one session of one response, for all tests of a file. `read`: resolves when a server has read it. */
export function smallHome(): { runtimes: RuntimePlaces; read: (http: string) => Promise<void> } {
  const directory = mkdtempSync(join(tmpdir(), 'mc-test-'));
  afterAll(() => rmSync(directory, { recursive: true, force: true }));
  const home = join(directory, 'home');
  writeSession(home);
  return {
    runtimes: { home, env: {}, data: join(directory, 'data'), prices: join(directory, 'prices.json') },
    async read(http) {
      const count = async () =>
        ((await (await fetch(`${http}/api/usage`)).json()) as { total?: { total: number } }).total?.total;
      await vi.waitFor(async () => expect(await count()).toBe(39), { timeout: 20_000, interval: 50 });
    },
  };
}
