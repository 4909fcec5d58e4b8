/** Who plays: what an agent is called, does, and in which form its files are written. */
export interface Role {
  id: string;
  name: string;
  role: string;
  emoji: string;
  /** Zone of its desk. */
  desk: string;
  /** `flat` and `rich` are the two forms of state.json, `card` is an agent.json and nothing else. */
  form: 'flat' | 'rich' | 'card';
  /** `silent` claims to work but gives no sign, `off` is offline, `new` has no status yet; these three never change. */
  temper: 'plays' | 'silent' | 'off' | 'new';
}

const CAST: readonly Role[] = [
  role('atlas', 'Atlas', 'Team lead', '🧭', 'command_center', 'flat'),
  role('juno', 'Juno', 'Backend developer', '🔧', 'command_center', 'flat'),
  role('milo', 'Milo', 'Interface builder', '🎨', 'conference', 'rich'),
  role('vera', 'Vera', 'Quality engineer', '🔬', 'qa_station', 'flat'),
  role('otto', 'Otto', 'Operations', '🛰️', 'ops_center', 'rich'),
  role('iris', 'Iris', 'Researcher', '🔎', 'content_corner', 'flat'),
  role('hugo', 'Hugo', 'Writer', '📝', 'content_desk', 'rich'),
  role('nora', 'Nora', 'Data analyst', '📊', 'ops_center', 'flat'),
  role('felix', 'Felix', 'Marketing', '📣', 'marketing_bay', 'card'),
  role('lena', 'Lena', 'Auditor', '🛡️', 'qa_station', 'flat', 'silent'),
  role('remy', 'Remy', 'Courier', '📦', 'marketing_desk', 'flat', 'off'),
  role('pip', 'Pip', 'Trainee', '🌱', 'break_area', 'rich', 'new'),
];

/** The first `count` of the cast; further ones are `atlas-2`, `juno-2` and so on, all of whom play. */
export function castOf(count: number): Role[] {
  return Array.from({ length: count }, (_, index) => {
    const base = CAST[index % CAST.length] as Role;
    const round = Math.floor(index / CAST.length) + 1;
    if (round === 1) return base;
    return { ...base, id: `${base.id}-${round}`, name: `${base.name} ${round}`, temper: 'plays' };
  });
}

function role(
  id: string,
  name: string,
  title: string,
  emoji: string,
  desk: string,
  form: Role['form'],
  temper: Role['temper'] = 'plays',
): Role {
  return { id, name, role: title, emoji, desk, form, temper };
}

const VERBS = ['Map', 'Review', 'Rewrite', 'Measure', 'Replay', 'Mend', 'Document', 'Test', 'Migrate', 'Trim'];
const THINGS = [
  'the sign-up flow',
  'the nightly report',
  'the search index',
  'the outage of Tuesday',
  'the pricing page',
  'the import of invoices',
  'the login limits',
  'the image cache',
  'the release notes',
  'the webhook retries',
  'the mobile menu',
  'the audit trail',
];

/** A title for a task, such as people write. */
export function taskTitle(random: () => number): string {
  return `${pick(VERBS, random)} ${pick(THINGS, random)}`;
}

/** One of a list that is not empty. */
export function pick<T>(list: readonly T[], random: () => number): T {
  return list[Math.min(list.length - 1, Math.floor(random() * list.length))] as T;
}
