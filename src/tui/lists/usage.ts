import { readUsage, type UsageGroup } from '../../protocol/index.js';
import { applyFilter } from '../../view/index.js';
import { pollOf } from '../link/answers.js';
import type { Listed } from '../list.js';
import type { Model } from '../model.js';
import { usageCall } from '../polls.js';

/** What was used under each key that passes the filter, the largest first. */
export const usageList: Listed<UsageGroup> = {
  name: 'usage',
  rows: rowsOf,
  key: (row) => nameOf(row) ?? '',
};

/** The answer that the screen shows. */
export function shownUsage({ data, usage }: Model): ReturnType<typeof readUsage> {
  return readUsage(pollOf(data, usageCall(usage, data.now)).value, usage.by);
}

/** What a row is of; null: the records do not say. */
export function nameOf({ agent, model, project, runtime }: UsageGroup): string | null {
  return agent ?? model ?? project ?? runtime ?? null;
}

function rowsOf(model: Model): readonly UsageGroup[] {
  return applyFilter(shownUsage(model).groups, model.lists.usage.filter, (row) => [nameOf(row) ?? 'not named']);
}
