import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openRuleBook } from '../../../src/alerts/book.js';
import { alertsFilePath, openAlertsFile, readAlertsFile } from '../../../src/alerts/index.js';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'mc-alerts-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));
const path = () => join(directory, 'alerts.json');
const write = (content: unknown, mode = 0o600) => {
  writeFileSync(path(), typeof content === 'string' ? content : JSON.stringify(content), { mode });
  chmodSync(path(), mode);
};

it('lies in the user’s own directory', () => {
  expect(alertsFilePath({}, '/home/x')).toBe('/home/x/.config/mission-control/alerts.json');
});

it('gives each part to who owns it', () => {
  expect(readAlertsFile(path())).toBeNull();
  write({ rules: [1], targets: { a: 1 } });
  expect(readAlertsFile(path())).toEqual({ rules: [1], builtin: undefined, targets: { a: 1 } });
});

it.each([
  ['{', 'is not JSON'],
  ['[]', 'is not a JSON object'],
  ['{"rule":[]}', 'there is no key "rule"'],
])('%s is told without quoting the file', (content, message) => {
  write(content);
  expect(() => readAlertsFile(path())).toThrow(message);
});

it.skipIf(process.platform === 'win32').each([0o644, 0o660, 0o604])('is refused with mode %o', (mode) => {
  write({}, mode);
  expect(() => readAlertsFile(path())).toThrow('can be read or written by others');
});

it('is refused when it is not a file', () => {
  mkdirSync(path());
  expect(() => readAlertsFile(path())).toThrow('cannot be read: ');
});

it('is read again when it changes; a wrong one leaves in force what was', () => {
  const limitOf = () => book.rules().find(({ name }) => name === 'disk_low')?.limit;
  write('{');
  let now = 0;
  const reader = openAlertsFile(path(), () => (now += 1000));
  const book = openRuleBook(reader);
  expect(book.file()).toMatchObject({ state: 'wrong', error: expect.stringContaining('is not JSON') });
  expect(book.rules().length).toBeGreaterThan(10);
  write({ builtin: { disk_low: { limit: 7 } } });
  expect(book.look()).toBe(true);
  expect([limitOf(), book.file().state]).toEqual([7, 'read']);
  expect(book.look()).toBe(false);
  write({ builtin: { disk_low: { limit: 'seven' } } });
  book.look();
  expect([limitOf(), book.file().state]).toEqual([7, 'kept']);
});

it('is read once for all who have a part of it, and looked at twice a second at most', () => {
  let now = 0;
  const reader = openAlertsFile(path(), () => now);
  write({ rules: [] });
  const first = reader.look();
  write({ rules: [1] });
  expect(reader.look()).toBe(first);
  now = 500;
  const second = reader.look();
  expect(second.content?.rules).toEqual([1]);
  now = 1000;
  expect(reader.look()).toBe(second);
});

it('reads nothing where no file is named', () => {
  const book = openRuleBook(openAlertsFile(null, () => 0));
  expect([book.look(), book.file()]).toEqual([false, { path: null, state: 'none', error: null }]);
});
