import type { McEvent } from '../../protocol/index.js';
import { clockTime, eventWords } from '../../view/index.js';
import { cleanText } from '../clean.js';
import { colourOf, glyphOf } from './glyphs.js';
import { paint, type Terminal } from './terminal.js';
import { pad } from './width.js';

/** What one event says, in one line. */
export function eventText(event: McEvent, terminal: Terminal): string {
  const { sign, who, text } = eventWords(event.type, event.data);
  const time = paint(terminal, 'dim', clockTime(event.timestamp));
  const line = `${glyphOf(sign, terminal)} ${pad(cleanText(who), 12)} ${cleanText(text)}`;
  const colour = colourOf(sign.tone);
  return `${time}  ${colour ? paint(terminal, colour, line) : line}`;
}
