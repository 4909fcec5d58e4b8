import { describeBackupUpdate, type McEvent } from '../../protocol/index.js';
import { localTime } from './ages.js';
import { cleanText } from '../clean.js';
import { agentColour, agentGlyph } from './glyphs.js';
import { type Colour, paint, type Terminal } from './terminal.js';
import { pad } from './width.js';

/** What one event says, in one line. */
export function eventText(event: McEvent, terminal: Terminal): string {
  const { glyph, who, what, colour } = wordsOf(event, terminal);
  const time = paint(terminal, 'dim', localTime(event.timestamp));
  const text = `${glyph} ${pad(cleanText(who), 12)} ${cleanText(what)}`;
  return `${time}  ${colour ? paint(terminal, colour, text) : text}`;
}

interface Words {
  glyph: string;
  who: string;
  what: string;
  colour?: Colour | null;
}

function wordsOf(event: McEvent, terminal: Terminal): Words {
  const dot = agentGlyph('unknown', terminal);
  switch (event.type) {
    case 'agent_status': {
      const { agent, status, previous, evidence } = event.data;
      const change = previous ? `${previous} → ${status}` : status;
      const source = evidence ? `  ${evidence.file}${evidence.field ? ` ${evidence.field}` : ''}` : '';
      return { glyph: agentGlyph(status, terminal), who: agent, what: change + source, colour: agentColour(status) };
    }
    case 'agent_removed':
      return { glyph: dot, who: event.data.agent, what: 'is gone', colour: 'dim' };
    case 'agent_activity': {
      const { action, task } = event.data.activity;
      return { glyph: dot, who: event.data.agent, what: task === undefined ? action : `${action}: ${task}` };
    }
    case 'agent_position':
      return { glyph: dot, who: 'office', what: `${Object.keys(event.data.positions).length} places` };
    case 'task_update': {
      const { path, added, changed, removed } = event.data;
      return { glyph: dot, who: 'tasks', what: `${path}  +${added.length} ~${changed.length} -${removed.length}` };
    }
    case 'notification': {
      const { title, message, level, agent } = event.data;
      const colour = level === 'error' || level === 'critical' ? 'red' : level === 'warning' ? 'yellow' : null;
      return { glyph: terminal.unicode ? '▲' : '!', who: agent ?? level, what: `${title}: ${message}`, colour };
    }
    case 'notification_ack':
      return { glyph: dot, who: 'bell', what: `${event.data.id} acknowledged`, colour: 'dim' };
    case 'system_metric':
      return { glyph: dot, who: 'metric', what: `${event.data.metric} ${event.data.value ?? '–'} ${event.data.unit}` };
    case 'file_change':
      return { glyph: dot, who: 'file', what: `${event.data.path} ${event.data.kind}` };
    case 'backup_update':
      return { glyph: dot, who: 'backup', what: describeBackupUpdate(event.data) };
  }
}
