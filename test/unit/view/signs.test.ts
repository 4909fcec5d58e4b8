import { describe, expect, it } from 'vitest';
import {
  AGENT_STATUSES,
  type AgentStatus,
  NOTIFICATION_LEVELS,
  TASK_STATUSES,
  type TaskStatus,
} from '../../../src/protocol/index.js';
import { agentSign, ASCII_OF, levelSign, type Sign, SIGNS, taskSign } from '../../../src/view/index.js';

const ALL: [string, Sign][] = [
  ...AGENT_STATUSES.map((status): [string, Sign] => [status, agentSign(status)]),
  ...TASK_STATUSES.map((status): [string, Sign] => [status, taskSign(status)]),
  ...NOTIFICATION_LEVELS.map((level): [string, Sign] => [level, levelSign(level)]),
  ...Object.entries(SIGNS),
];

describe('a sign', () => {
  it.each(ALL)('of %s is one character, and one of ASCII', (_, { glyph, ascii }) => {
    expect(glyph).toMatch(/^[?\P{ASCII}]$/u);
    expect(ascii).toMatch(/^[!-~]$/);
    expect(ASCII_OF[glyph]).toMatch(/^[!-~]$/);
  });

  it.each([AGENT_STATUSES.map(agentSign), TASK_STATUSES.map(taskSign)])(
    'tells every status from the others without colour, in ASCII too',
    (...signs) => {
      expect(new Set(signs.map(({ glyph }) => glyph)).size).toBe(signs.length);
      expect(new Set(signs.map(({ ascii }) => ascii)).size).toBe(signs.length);
    },
  );

  it('of an agent that waits for a person is a question, and of nothing else', () => {
    const asking = ALL.filter(([, { glyph, ascii }]) => glyph === '?' || ascii === '?');
    expect(asking.map(([word]) => word)).toEqual(['waiting']);
  });

  it('of a status that nobody knows is that of an unknown one', () => {
    for (const word of ['sleeping', '', 'constructor', '__proto__']) {
      expect(agentSign(word as AgentStatus)).toBe(agentSign('unknown'));
      expect(taskSign(word as TaskStatus).tone).toBe('dim');
    }
  });
});
