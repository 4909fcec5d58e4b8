import type { CheckAnswer } from './check.js';
import { cleanText } from './clean.js';
import { paint, type Terminal } from './print/terminal.js';
import { pad } from './print/width.js';

/** One line per check: ✓ or ✗, – where there was nothing to look at; its name, its figure and limit. */
export function checkText({ checks }: CheckAnswer, terminal: Terminal): string {
  const width = Math.max(...checks.map(({ name }) => name.length));
  const marks = terminal.unicode ? ['✓', '✗', '–'] : ['+', 'x', '-'];
  return checks
    .map(({ name, ok, skipped, message }) => {
      const mark = skipped ? marks[2] : paint(terminal, ok ? 'green' : 'red', (ok ? marks[0] : marks[1]) ?? '');
      return `${mark} ${pad(cleanText(name), width)}  ${cleanText(message)}`;
    })
    .join('\n');
}

/** The checks as JUnit XML, which CI systems show as tests. */
export function checkJunit({ checks }: CheckAnswer): string {
  const failures = checks.filter(({ ok }) => !ok).length;
  const skips = checks.filter(({ skipped }) => skipped).length;
  const cases = checks.map(({ name, ok, skipped, message }) => {
    const head = `  <testcase classname="mc.check" name="${xml(name)}" time="0"`;
    const text = xml(message);
    if (skipped) return `${head}><skipped message="${text}"/></testcase>`;
    return ok
      ? `${head}><system-out>${text}</system-out></testcase>`
      : `${head}><failure message="${text}">${text}</failure></testcase>`;
  });
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuite name="mc check" tests="${checks.length}" failures="${failures}" errors="0" skipped="${skips}" time="0">`,
    ...cases,
    '</testsuite>',
    '',
  ].join('\n');
}

/** Text inside of XML; characters that XML cannot hold are left out. */
function xml(text: string): string {
  return cleanText(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
