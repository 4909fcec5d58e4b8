import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createRegistry } from '../../../../src/runtimes/claude-code/processes.js';
import { scratch } from '../../../support/scratch.js';

describe('the records of processes', () => {
  const made = () => {
    const root = scratch();
    mkdirSync(join(root, 'sessions'));
    const file = join(root, 'sessions', '7.json');
    const registry = createRegistry();
    const statuses = () => registry.look([root]).map(({ record }) => record.status);
    return { root, file, statuses, record: (status: string) => JSON.stringify({ pid: 7, sessionId: 's1', status }) };
  };

  it('say what they said while they are written anew', () => {
    const { file, statuses, record } = made();
    writeFileSync(file, record('busy').slice(0, 20));
    expect(statuses()).toEqual([]);
    writeFileSync(file, record('busy'));
    expect(statuses()).toEqual(['busy']);
    for (const half of [record('idle').slice(0, 20), '']) {
      writeFileSync(file, half);
      expect(statuses()).toEqual(['busy']);
    }
    writeFileSync(file, record('idle'));
    expect(statuses()).toEqual(['idle']);
    rmSync(file);
    expect(statuses()).toEqual([]);
  });

  it('are none where there are none, and none behind links', () => {
    const { root, statuses, record } = made();
    expect(createRegistry().look([join(root, 'nowhere')])).toEqual([]);
    const elsewhere = join(scratch(), '7.json');
    writeFileSync(elsewhere, record('busy'));
    symlinkSync(elsewhere, join(root, 'sessions', '7.json'));
    expect(statuses()).toEqual([]);
  });
});
