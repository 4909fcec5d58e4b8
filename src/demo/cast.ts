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
  { id: 'atlas', name: 'Atlas', role: 'Team lead', emoji: '🧭', desk: 'command_center', form: 'flat', temper: 'plays' },
  {
    id: 'juno',
    name: 'Juno',
    role: 'Backend developer',
    emoji: '🔧',
    desk: 'command_center',
    form: 'flat',
    temper: 'plays',
  },
  {
    id: 'milo',
    name: 'Milo',
    role: 'Interface builder',
    emoji: '🎨',
    desk: 'conference',
    form: 'rich',
    temper: 'plays',
  },
  {
    id: 'vera',
    name: 'Vera',
    role: 'Quality engineer',
    emoji: '🔬',
    desk: 'qa_station',
    form: 'flat',
    temper: 'plays',
  },
  { id: 'otto', name: 'Otto', role: 'Operations', emoji: '🛰️', desk: 'ops_center', form: 'rich', temper: 'plays' },
  { id: 'iris', name: 'Iris', role: 'Researcher', emoji: '🔎', desk: 'content_corner', form: 'flat', temper: 'plays' },
  { id: 'hugo', name: 'Hugo', role: 'Writer', emoji: '📝', desk: 'content_desk', form: 'rich', temper: 'plays' },
  { id: 'nora', name: 'Nora', role: 'Data analyst', emoji: '📊', desk: 'ops_center', form: 'flat', temper: 'plays' },
  { id: 'felix', name: 'Felix', role: 'Marketing', emoji: '📣', desk: 'marketing_bay', form: 'card', temper: 'plays' },
  { id: 'lena', name: 'Lena', role: 'Auditor', emoji: '🛡️', desk: 'qa_station', form: 'flat', temper: 'silent' },
  { id: 'remy', name: 'Remy', role: 'Courier', emoji: '📦', desk: 'marketing_desk', form: 'flat', temper: 'off' },
  { id: 'pip', name: 'Pip', role: 'Trainee', emoji: '🌱', desk: 'break_area', form: 'rich', temper: 'new' },
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

const QUESTIONS = [
  'may I delete the old branch?',
  'which region is it for?',
  'the review of pull request 214',
  'the key of the staging server',
  'is the wording of the notice right?',
];

/** What an agent waits for a person to say. */
export function question(random: () => number): string {
  return pick(QUESTIONS, random);
}

/** One of a list that is not empty. */
export function pick<T>(list: readonly T[], random: () => number): T {
  return list[Math.min(list.length - 1, Math.floor(random() * list.length))] as T;
}
