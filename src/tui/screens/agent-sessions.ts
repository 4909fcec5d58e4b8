import { type Agent, type LooseSession, readSessions } from '../../protocol/index.js';
import { ago, contextText, costText, figure, liveEvidence, liveSign, liveText, UNKNOWN } from '../../view/index.js';
import { signSpan } from '../draw/glyphs.js';
import { BLANK, type Line, line } from '../draw/lines.js';
import { absence, pollOf } from '../link/answers.js';
import type { Model } from '../model.js';
import { agentSessions } from '../polls.js';

const SHOWN = 8;

/** What each session of a runtime's agent does and since when, its model and what it used; nothing of another agent. */
export function sessionLines({ data }: Model, agent: Agent): Line[] {
  if (agent.runtime === null) return [];
  const poll = pollOf(data, agentSessions(agent.id));
  const missing = absence(poll);
  const head = (count: string) => line(['strong', ' SESSIONS'], count, ['dim', `  of ${agent.runtime}`]);
  if (missing !== null) return [head(''), line(['dim', `   ${missing}`]), BLANK];
  const { sessions, total } = readSessions(poll.value);
  const none = sessions.length === 0 ? [line(['dim', '   none in the last 24 hours'])] : [];
  const hidden = total - Math.min(SHOWN, sessions.length);
  const more = hidden > 0 ? [line(['dim', `   and ${hidden} more: mc sessions --agent ${agent.id}`])] : [];
  const shown = sessions.slice(0, SHOWN).flatMap((session) => linesOf(session, data.now));
  return [head(`  ${total}`), ...none, ...shown, ...more, BLANK];
}

function linesOf(session: LooseSession, now: number): Line[] {
  const { id, title, model, usage, live } = session;
  return [
    line('   ', signSpan(liveSign(live.status)), ' ', ['strong', title ?? id]),
    line(
      '     ',
      liveText(live),
      live.since === null ? '' : ['dim', ` for ${ago(live.since, now)}`],
      ['dim', '  '],
      model ?? UNKNOWN,
      ['dim', '  context '],
      contextText(session),
      ['dim', '  tokens '],
      figure(usage.total),
      ['dim', '  cost '],
      costText(usage),
    ),
    line(['dim', `     evidence: ${liveEvidence(live.evidence)}`]),
  ];
}
