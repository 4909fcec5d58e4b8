import { describe, expect, it } from 'vitest';
import { shellScript, shellWords } from '../../../src/cli/completion/shells.js';

describe('words for PowerShell', () => {
  const words = (list: string[], typed = '') => shellWords(list, typed, 'powershell');

  it('stand as they are where they mean nothing to it', () => {
    expect(words(['agents', '--agent', 'web-1', 'T_1.2'])).toEqual(['agents', '--agent', 'web-1', 'T_1.2']);
  });

  it('are quoted where it would carry them out, take them apart or expand them', () => {
    const hostile = ['$(calc)', 'a;b', 'a b', '`n', '@x', '%x', "it's", 'it’s', '{x}', '#x', 'a"b'];
    expect(words(hostile)).toEqual([
      "'$(calc)'",
      "'a;b'",
      "'a b'",
      "'`n'",
      "'@x'",
      "'%x'",
      "'it''s'",
      "'it’’s'",
      "'{x}'",
      "'#x'",
      "'a\"b'",
    ]);
  });

  it('go on from a quote that was begun, and hold no line end', () => {
    expect(words(['web 1', 'api', 'web\n2'], "'we")).toEqual(["'web 1'"]);
  });
});

it('the script for PowerShell closes what it opens', () => {
  const closing: Record<string, string> = { ')': '(', ']': '[', '}': '{' };
  const open: string[] = [];
  for (const sign of shellScript('powershell').replaceAll(/'[^'\n]*'|#.*/g, '')) {
    if (Object.values(closing).includes(sign)) open.push(sign);
    else if (sign in closing) expect(open.pop()).toBe(closing[sign]);
  }
  expect(open).toEqual([]);
});
