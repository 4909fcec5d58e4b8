import { ago, unseenAlerts } from '../../view/index.js';
import { fit, type Line } from '../draw/lines.js';
import type { Model } from '../model.js';

/** A line about the critical alerts that fire, on every screen until somebody has seen to them; null while there are none. */
export function bannerLine({ data, size, screen }: Model): Line | null {
  const critical = unseenAlerts(data.view.alerts.values()).filter(({ severity }) => severity === 'critical');
  const [first] = critical;
  if (first === undefined) return null;
  const more = critical.length > 1 ? ` (+${critical.length - 1} more)` : '';
  const way = size.columns < 60 ? '' : screen === 'notifications' ? ' a acknowledges ' : ' 8 lists them ';
  const text = ` ✕ CRITICAL${more} ${ago(first.since, data.now)} ${first.rule}: ${first.summary}`;
  const room = Math.max(0, size.columns - way.length);
  return { spans: [...fit([['bad', text]], room), ['key', way]] };
}
