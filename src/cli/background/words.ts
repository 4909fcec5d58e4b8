import { McError, parseDuration } from '../../base/index.js';
import { cleanText } from '../clean.js';
import { shownMoment } from '../print/times.js';
import type { Terminal } from '../print/terminal.js';
import type { Started } from './start.js';
import type { Stopped } from './stop.js';

/** Reads a flag that says how long to wait, as milliseconds. @throws McError `usage` */
export function readWait(flag: string, text: string): number {
  const ms = parseDuration(text);
  if (ms !== null && ms >= 0 && ms <= 86_400_000) return ms;
  throw new McError('usage', `${flag}: "${text.slice(0, 80)}" is not a duration up to a day`, {
    hint: `write it as ${flag} 90s or ${flag} 5m`,
  });
}

/** What `mc start` and `mc restart` did, in words. */
export function startedText(started: Started & { stopped?: boolean; killed?: boolean }, terminal: Terminal): string {
  const { pid, http, ws, log, since } = started;
  const did = started.started ? (started.stopped ? 'restarted' : 'started') : 'already running';
  const when = started.started ? '' : ` since ${shownMoment(since, terminal)}`;
  return [
    `${did}${when}: process ${pid}, serving ${cleanText(started.workspace)}`,
    ...(started.killed ? ['the one before did not end when it was asked to, and was killed'] : []),
    `REST       ${http}`,
    `WebSocket  ${ws}`,
    ...(log === null
      ? ['started by mc serve or a service: its log is there']
      : [`log        ${cleanText(log)}  (mc logs -f)`]),
    ...(started.started ? [] : ['flags given now change nothing; mc restart takes them']),
  ].join('\n');
}

/** What `mc stop` did, in words. */
export function stoppedText({ stopped, pid, workspace, reason }: Stopped): string {
  if (!stopped) return `nothing is running for ${cleanText(workspace)}`;
  return reason === null ? `stopped: process ${pid} has ended` : `killed: process ${pid}, because ${reason}`;
}
