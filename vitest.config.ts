import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts', 'test/**/*.test.tsx'],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // Polls end when their condition holds: a busy machine may take longer.
    expect: { poll: { timeout: 15_000, interval: 20 } },
    setupFiles: ['test/support/patience.ts'],
    // Nothing that a test starts reads the records of whoever runs it, unless it says whose.
    env: { MC_RUNTIMES: 'none' },
    pool: 'forks',
    maxWorkers: 2,
    reporters: ['default'],
  },
});
