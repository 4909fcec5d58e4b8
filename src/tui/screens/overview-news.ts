import { faultWord, readBackups } from '../../protocol/index.js';
import { backupNews, bytes, isUrgent, longSpan } from '../../view/index.js';
import { absence, pollOf } from '../link/answers.js';
import { levelGlyph } from '../draw/glyphs.js';
import { type Line, line, type Span } from '../draw/lines.js';
import { unreadOf } from '../lists/notifications.js';
import type { Model } from '../model.js';
import { BACKUPS } from '../polls.js';

/** What nobody has acknowledged: how much, and the newest of what is urgent. */
export function unreadLines(model: Model, width: number): Line[] {
  const unread = unreadOf(model);
  const urgent = unread.filter(isUrgent);
  const head = line(['strong', 'NOTIFICATIONS'], `  ${unread.length} unread`);
  if (urgent.length === 0) return [head, line(['good', '✓ '], 'nothing urgent')];
  const shown = urgent.slice(-2).toReversed();
  return [
    head,
    ...shown.map(({ level, agent, title, message }) => {
      const text = [title, message].filter(Boolean).join(': ');
      const words = agent === undefined || agent === title ? text : `${agent} ${text}`;
      return line(levelGlyph(level), ' ', words.slice(0, width * 2));
    }),
  ];
}

/** The newest backup, and when the next one is due. */
export function backupLines(model: Model, width: number): Line[] {
  const poll = pollOf(model.data, BACKUPS);
  const missing = absence(poll);
  const head = line(['strong', 'BACKUP']);
  if (missing !== null) return [head, line(['dim', poll.missing ? '– not on this server' : missing.slice(0, width)])];
  const { now } = model.data;
  const { backups, next_at: next } = readBackups(poll.value);
  const news = backupNews(backups, now);
  const due = next === null ? null : Date.parse(next) - now;
  const plan = due === null ? 'no schedule' : due > 0 ? `next in ${longSpan(due)}` : 'next is due';
  if (news === null) return [head, line(['warn', '– '], 'none yet'), line(['dim', plan])];
  const { newest, age } = news;
  const when = age === null ? 'age unknown' : `${longSpan(age)} ago`;
  // A tick is for what was looked at.
  const looked: Span = newest.verified_at === null ? ['dim', '– '] : ['good', '✓ '];
  const mark =
    newest.verify_error === null
      ? line(looked, `${when} ${bytes(newest.size_bytes)}`)
      : line(['bad', '✕ '], `${when}, ${faultWord(newest.verify_error)}`);
  return [head, mark, line(['dim', plan])];
}
