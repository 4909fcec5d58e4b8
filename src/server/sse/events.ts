import type { Entry } from '../../bus/index.js';
import { formatPosition, type Position } from '../../protocol/index.js';

/**
 * A frame as a server-sent event. It has no event name, so that a page hears all of them with one listener; `type` stands
 * in the frame. With a position it has an id: from there a browser resumes by itself.
 */
export function sseText(frame: string, position: Position | null): string {
  // JSON has no line ends of its own: one `data` line holds it.
  return position === null ? `data: ${frame}\n\n` : `id: ${formatPosition(position)}\ndata: ${frame}\n\n`;
}

/** A journalled event as a server-sent one. */
export function sseEntry({ event, text }: Entry): string {
  return sseText(text, event);
}
