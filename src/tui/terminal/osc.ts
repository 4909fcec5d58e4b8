import { cleanText } from '../../base/text.js';

/** Largest text that terminals take by OSC 52. */
const COPY_LIMIT = 74_000;

/** Copies text to the clipboard of the terminal, also over ssh. */
export function copySequence(text: string): string {
  return `\u001b]52;c;${Buffer.from(text.slice(0, COPY_LIMIT)).toString('base64')}\u0007`;
}

/** Rings the bell and shows a notice of the desktop, where the terminal knows how (OSC 9). */
export function alarmSequence(text: string): string {
  return `\u0007\u001b]9;${cleanText(text).slice(0, 200)}\u0007`;
}
