import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { errnoOf, installedVersion, McError, packageVersion, REFUSALS, toMcError } from '../../../src/base/index.js';
import { scratch } from '../../support/scratch.js';

describe('McError', () => {
  it('knows its exit and HTTP status, and its body', () => {
    const error = new McError('agent.not_found', 'Agent not found', { hint: 'mc agents list' });
    expect([error.exit, error.http]).toEqual([4, 404]);
    expect(error.toBody()).toEqual({ error: 'Agent not found', code: 'agent.not_found', hint: 'mc agents list' });
  });

  it.each([
    [Object.assign(new Error('write'), { code: 'ENOSPC' }), 'disk.full'],
    [Object.assign(new Error('open'), { code: 'EACCES' }), 'file.denied'],
    [new TypeError('x is not a function'), 'internal'],
    ['a thrown text', 'internal'],
  ])('gives %s a code', (thrown, code) => expect(toMcError(thrown).code).toBe(code));

  it('names path, reason and remedy of what the file system refuses, under a status that is not ours', () => {
    for (const [errno, { reason, code, hint }] of Object.entries(REFUSALS)) {
      const thrown = Object.assign(new Error('x'), { code: errno, syscall: 'open', path: '/w/a/state.json' });
      const error = toMcError(thrown, '/w');
      expect(error).toMatchObject({ code, hint, message: `a/state.json: ${reason} (${errno})`, cause: thrown });
      expect([error.http === 500, [1, 7].includes(error.exit)]).toEqual([false, true]);
    }
    expect(toMcError(Object.assign(new Error('x'), { code: 'EACCES', syscall: 'listen' })).code).toBe('io');
  });

  it('says what to do when Node.js was changed after the install', () => {
    const thrown = Object.assign(new Error('was compiled against a different Node.js version'), {
      code: 'ERR_DLOPEN_FAILED',
    });
    expect(toMcError(thrown)).toMatchObject({
      message: expect.stringContaining(process.version),
      hint: expect.stringContaining('npm rebuild'),
      cause: thrown,
    });
  });

  it('leaves an error with a name as it is', () => {
    const error = new McError('usage', 'no');
    expect(toMcError(error)).toBe(error);
    expect(errnoOf(error)).toBeNull();
  });
});

describe('packageVersion', () => {
  it('is the version of package.json', () => expect(packageVersion()).toMatch(/^\d+\.\d+\.\d+/));

  it('stays what it was while another one is installed, which is seen by and by', () => {
    const root = scratch();
    const file = join(root, 'package.json');
    let now = 0;
    const installed = installedVersion(() => now, root);
    const later = () => {
      now += 10_000;
      return installed();
    };
    expect(installed()).toBeNull();
    writeFileSync(file, '{"version":"9.9.9"}');
    expect(installed()).toBeNull();
    expect(later()).toBe('9.9.9');
    writeFileSync(file, '{"vers');
    expect(later()).toBeNull();
    writeFileSync(file, '{"version":9}');
    expect(later()).toBeNull();
  });
});
