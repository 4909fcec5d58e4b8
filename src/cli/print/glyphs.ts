import type { AgentStatus, TaskStatus } from '../../protocol/index.js';
import { agentSign, isDone, type Sign, SIGNS, taskSign, type Tone } from '../../view/index.js';
import type { Colour, Terminal } from './terminal.js';

const COLOURS: Partial<Record<Tone, Colour>> = { bad: 'red', warn: 'yellow', dim: 'dim' };

/** The glyph of a sign, as far as the terminal can show it. */
export function glyphOf({ glyph, ascii }: Sign, terminal: Terminal): string {
  return terminal.unicode ? glyph : ascii;
}

/** The colour of a tone: only trouble is in a loud one. */
export function colourOf(tone: Tone): Colour | null {
  return COLOURS[tone] ?? null;
}

/** The glyph of an agent's status. */
export function agentGlyph(status: AgentStatus, terminal: Terminal): string {
  return glyphOf(agentSign(status), terminal);
}

/** The colour of an agent's status. */
export function agentColour(status: AgentStatus): Colour | null {
  return colourOf(agentSign(status).tone);
}

/** The glyph of a task's status. */
export function taskGlyph(status: TaskStatus, terminal: Terminal): string {
  return glyphOf(taskSign(status), terminal);
}

/** The colour of a task's status. */
export function taskColour(status: TaskStatus): Colour | null {
  return isDone(status) ? 'dim' : colourOf(taskSign(status).tone);
}

/** The sign that warnings carry. */
export function warningSign(terminal: Terminal): string {
  return glyphOf(SIGNS.warning, terminal);
}
