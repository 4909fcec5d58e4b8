import { faultWord } from '../../protocol/index.js';
import { backupNews, bytes, clockTime, isUrgent, longSpan } from '../../view/index.js';
import { absence, datedRow, pollOf, readAlerts, readBackups, field, text } from '../link/answers.js';
import { levelGlyph } from '../draw/glyphs.js';
import { type Line, line, type Span } from '../draw/lines.js';
import type { Model } from '../model.js';
import { ALERTS, BACKUPS } from '../polls.js';

/** What fires, and what nobody has acknowledged. */
export function alertLines(model: Model, width: number): Line[] {
  const poll = pollOf(model.data, ALERTS);
  const firing = readAlerts(poll.value).filter(({ state }) => state === 'firing');
  const urgent = model.data.view.notifications.filter(isUrgent);
  const head = firing.length > 0 ? `  ${firing.length} firing` : `  ${urgent.length} unread`;
  const lines = [line(['strong', 'ALERTS'], head)];
  for (const alert of firing.slice(0, 2)) {
    const since = alert.since === null ? '' : ` since ${clockTime(alert.since).slice(0, 5)}`;
    lines.push(
      line(['bad', '▲ '], [alert.agent, alert.rule].filter(Boolean).join('  ')),
      line('  ', alert.message + since),
    );
  }
  if (firing.length > 0) return lines;
  for (const { level, agent, title, message } of urgent.slice(-2).toReversed()) {
    const words = [agent, title || message].filter(Boolean).join(' ');
    lines.push(line(levelGlyph(level), ' ', words.slice(0, width * 2)));
  }
  if (urgent.length === 0)
    lines.push(line(['good', '✓ '], poll.value === null && !poll.missing && poll.error ? 'unknown' : 'nothing'));
  return lines;
}

/** The newest backup, and when the next one is due. */
export function backupLines(model: Model, width: number): Line[] {
  const poll = pollOf(model.data, BACKUPS);
  const missing = absence(poll);
  const head = line(['strong', 'BACKUP']);
  if (missing !== null) return [head, line(['dim', poll.missing ? '– not on this server' : missing.slice(0, width)])];
  const { now } = model.data;
  const news = backupNews(readBackups(poll.value).map(datedRow), now);
  const next = text(field(poll.value, 'next_at'));
  const due = next === null ? null : Date.parse(next) - now;
  const plan = due === null ? 'no schedule' : due > 0 ? `next in ${longSpan(due)}` : 'next is due';
  if (news === null) return [head, line(['warn', '– '], 'none yet'), line(['dim', plan])];
  const { row: newest } = news.newest;
  const when = news.age === null ? 'age unknown' : `${longSpan(news.age)} ago`;
  // A tick is for what was looked at.
  const looked: Span = newest.verifiedAt === null ? ['dim', '– '] : ['good', '✓ '];
  const mark =
    newest.verifyError === null
      ? line(looked, `${when} ${bytes(newest.bytes)}`)
      : line(['bad', '✕ '], `${when}, ${faultWord(newest.verifyError)}`);
  return [head, mark, line(['dim', plan])];
}
