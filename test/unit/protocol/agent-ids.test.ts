import { expect, it } from 'vitest';
import { isAgentId } from '../../../src/protocol/index.js';

it.each(['api', 'ünïcödé 日本', 'a\\b', '-x', 'a.b', '😀'])('%j names an agent', (name) => {
  expect(isAgentId(name)).toBe(true);
});

it.each(['', '.', '..', '.hidden', 'a/b', 'a\0b', 'half \ud800 pair'])('%j does not name an agent', (name) => {
  expect(isAgentId(name)).toBe(false);
});
