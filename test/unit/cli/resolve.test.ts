import { describe, expect, it } from 'vitest';
import type { McError } from '../../../src/base/index.js';
import { readRequest } from '../../../src/cli/resolve.js';

const IDS = ['agents:list', 'agents:show', 'status', 'serve', 'tasks:add', 'tasks:list'];
const read = (line: string) => readRequest(line === '' ? [] : line.split(' '), IDS);
const refusal = (line: string): McError => {
  try {
    read(line);
  } catch (error) {
    return error as McError;
  }
  throw new Error(`"${line}" was accepted`);
};

describe('readRequest', () => {
  it.each([
    ['status --once', { kind: 'command', id: 'status', argv: ['--once'] }],
    ['agents list --json', { kind: 'command', id: 'agents:list', argv: ['--json'] }],
    ['tasks add list', { kind: 'command', id: 'tasks:add', argv: ['list'] }],
    ['tasks add -- --help', { kind: 'command', id: 'tasks:add', argv: ['--', '--help'] }],
    ['', { kind: 'help', id: null }],
    ['--help', { kind: 'help', id: null }],
    ['help', { kind: 'help', id: null }],
    ['agents', { kind: 'help', id: 'agents' }],
    ['agents --help', { kind: 'help', id: 'agents' }],
    ['help agents list', { kind: 'help', id: 'agents:list' }],
    ['agents list -h', { kind: 'help', id: 'agents:list' }],
    ['--version', { kind: 'version' }],
    ['--json status', { kind: 'command', id: 'status', argv: ['--json'] }],
    ['-w DIR agents list -q', { kind: 'command', id: 'agents:list', argv: ['-w', 'DIR', '-q'] }],
    ['--server=URL --token t status', { kind: 'command', id: 'status', argv: ['--server=URL', '--token', 't'] }],
    ['-wDIR tasks add x', { kind: 'command', id: 'tasks:add', argv: ['-wDIR', 'x'] }],
    ['-w DIR help status', { kind: 'help', id: 'status' }],
    ['-w DIR', { kind: 'help', id: null }],
  ])('reads "%s"', (line, request) => {
    expect(read(line)).toEqual(request);
  });

  it.each([
    ['agents lst', 'mc agents list'],
    ['agnts list', 'mc agents list'],
    ['statsu', 'mc status'],
    ['stauts now', 'mc status'],
    ['agents bogus', 'mc agents show'],
    ['serv --demo', 'mc serve'],
  ])('refuses "%s" and names %s', (line, meant) => {
    const error = refusal(line);
    expect(error.code).toBe('usage');
    expect(error.exit).toBe(2);
    expect(error.hint).toContain(meant);
  });

  it('points to the help when nothing is near', () => {
    expect(refusal('zzzzzzzzzz').hint).toContain('mc --help');
  });

  it('names the flags that may come before the command', () => {
    const error = refusal('--once status');
    expect(error.message).toContain('--once stands where a command belongs');
    expect(error.hint).toContain('mc --workspace DIR status');
  });

  it.each(['mean', 'open'])('suggests nothing far-fetched for "%s"', (word) => {
    expect(() => readRequest([word], [...IDS, 'token:list', 'init', 'metrics:list'])).toThrow(
      expect.objectContaining({ hint: 'mc --help lists them all' }),
    );
  });
});
