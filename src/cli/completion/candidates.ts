/** What completion knows of a command, as oclif's manifest has it. */
export interface KnownCommand {
  id: string;
  hidden?: boolean;
  flags: Record<string, KnownFlag>;
  args: Record<string, { options?: readonly string[] }>;
}

interface KnownFlag {
  type: 'boolean' | 'option';
  char?: string;
  hidden?: boolean;
  allowNo?: boolean;
  options?: readonly string[];
}

/** What a word can be that only the workspace or its server knows. */
export type Live = 'agents' | 'backups' | 'tasks' | 'metrics';

/** Words that can stand next, and what of them has to be looked up. */
export interface Candidates {
  words: string[];
  live: Live | null;
}

/** Which argument or flag is an id. A flag's name means the same in every command. */
const ARGUMENTS: Record<string, Live> = {
  'agents:show': 'agents',
  'agents:report': 'agents',
  'tasks:done': 'tasks',
  'backup:show': 'backups',
  'backup:verify': 'backups',
  'backup:drill': 'backups',
  'backup:restore': 'backups',
  'backup:export': 'backups',
  'backup:delete': 'backups',
  'metrics:query': 'metrics',
};
const FLAGS: Record<string, Live> = {
  agent: 'agents',
  assignee: 'agents',
  'require-agent': 'agents',
  by: 'metrics',
};

const NONE: Candidates = { words: [], live: null };

/**
 * What may stand where `current` begins, after the words before it (without `mc` itself). Empty where the shell knows
 * better: files, numbers, texts.
 */
export function candidatesFor(
  before: readonly string[],
  current: string,
  commands: readonly KnownCommand[],
): Candidates {
  const shown = commands.filter(({ hidden }) => hidden !== true);
  const { names, awaiting, ended } = read(before, shown);
  const command = commandOf(names, shown);
  if (awaiting !== null) return { words: [...(awaiting.flag.options ?? [])], live: FLAGS[awaiting.name] ?? null };
  if (current.startsWith('-') && !ended)
    return { words: command === null ? ['--help', '--version'] : flagsOf(command), live: null };
  const next = nextNames(names, shown);
  if (next.length > 0) return { words: next, live: null };
  if (command === null) return NONE;
  const given = names.length - command.id.split(':').length;
  const argument = Object.values(command.args)[given];
  const live = ARGUMENTS[command.id] ?? null;
  // `mc metrics query` takes any number of them, the others one.
  return { words: [...(argument?.options ?? [])], live: given === 0 || live === 'metrics' ? live : null };
}

interface Read {
  /** Words that are not flags, nor their values. */
  names: string[];
  /** The flag whose value comes next; null: none. */
  awaiting: { name: string; flag: KnownFlag } | null;
  /** `--` was there: no flags follow. */
  ended: boolean;
}

function read(before: readonly string[], commands: readonly KnownCommand[]): Read {
  const found: Read = { names: [], awaiting: null, ended: false };
  for (const word of before) {
    if (found.awaiting !== null) found.awaiting = null;
    else if (found.ended || !word.startsWith('-')) found.names.push(word);
    else if (word === '--') found.ended = true;
    else found.awaiting = awaits(word, commandOf(found.names, commands) ?? commands[0]);
  }
  return found;
}

function awaits(word: string, command: KnownCommand | undefined): Read['awaiting'] {
  const named = Object.entries(command?.flags ?? {}).find(
    ([name, { char }]) => word === `--${name}` || (char !== undefined && word === `-${char}`),
  );
  return named?.[1].type === 'option' ? { name: named[0], flag: named[1] } : null;
}

/** The command with the longest name that these words begin with. */
function commandOf(names: readonly string[], commands: readonly KnownCommand[]): KnownCommand | null {
  for (let length = Math.min(3, names.length); length > 0; length -= 1) {
    const id = names.slice(0, length).join(':');
    const command = commands.find((one) => one.id === id);
    if (command) return command;
  }
  return null;
}

/** The next words of the commands whose names begin so. */
function nextNames(names: readonly string[], commands: readonly KnownCommand[]): string[] {
  const begin = names.map((name) => `${name}:`).join('');
  const next = commands
    .filter(({ id }) => id.startsWith(begin))
    .map(({ id }) => id.slice(begin.length).split(':')[0] ?? '');
  return [...new Set(names.length === 0 ? [...next, 'help'] : next)].sort();
}

function flagsOf({ flags }: KnownCommand): string[] {
  const names = Object.entries(flags)
    .filter(([, { hidden }]) => hidden !== true)
    .flatMap(([name, { allowNo }]) => (allowNo === true ? [name, `no-${name}`] : [name]));
  return [...names, 'help'].sort().map((name) => `--${name}`);
}
