// docs/cli.md and man/mc.1: every command with its arguments, flags, examples and exit statuses, from oclif's manifest.

/** All commands as Markdown. `codes`: the built `protocol/codes.js`. */
export function commandPages(manifest, codes) {
  const commands = commandsOf(manifest);
  const global = Object.values(commands[0].flags).filter(isGlobal);
  const parts = commands.map((command) => {
    const flags = Object.values(command.flags).filter((flag) => !isGlobal(flag));
    const args = Object.values(command.args);
    return [
      `## \`mc ${command.words}\``,
      `${sentence(command.summary)}${command.description ? ` ${plain(command.description)}` : ''}`,
      `\`\`\`sh\n${usageOf(command)}\n\`\`\``,
      table(
        'argument',
        args.map((arg) => [`\`${arg.name.toUpperCase()}\``, describe(arg)]),
      ),
      table(
        'flag',
        flags.map((flag) => [`\`${flagText(flag)}\``, describe(flag)]),
      ),
      command.examples ? `\`\`\`sh\n${command.examples.map(plain).join('\n')}\n\`\`\`` : '',
      `Ends with ${exitsOf(command, codes)
        .map(({ status }) => status)
        .join(', ')}.`,
    ]
      .filter((part) => part !== '')
      .join('\n\n');
  });
  const exits = Object.entries(codes.EXIT).map(([name, status]) => [`${status}`, codes.EXIT_MEANINGS[name]]);
  return `${[
    '# Commands',
    'Made from the program by `node bin/generate.mjs`; `mc COMMAND --help` says the same, and `man mc` where the package is installed.',
    '## Every command has',
    table(
      'flag',
      global.map((flag) => [`\`${flagText(flag)}\``, describe(flag)]),
    ),
    '## Exit status',
    table('status', exits),
    ...parts,
  ].join('\n\n')}\n`;
}

/** The manual page, in the macros of man(7). */
export function manualPage(manifest, codes) {
  const commands = commandsOf(manifest);
  const global = Object.values(commands[0].flags).filter(isGlobal);
  const parts = commands.flatMap((command) => [
    `.SS ${roff(`mc ${command.words}`)}`,
    roff(usageOf(command)),
    '.PP',
    roff(`${sentence(command.summary)} ${plain(command.description ?? '')}`.trim()),
    ...Object.values(command.args).flatMap((arg) => item(arg.name.toUpperCase(), describe(arg))),
    ...Object.values(command.flags)
      .filter((flag) => !isGlobal(flag))
      .flatMap((flag) => item(flagText(flag), describe(flag))),
    ...(command.examples
      ? ['.PP', 'Examples:', '.PP', '.nf', ...command.examples.map((text) => roff(plain(text))), '.fi']
      : []),
    '.PP',
    `Exit status: ${exitsOf(command, codes)
      .map(({ status }) => status)
      .join(', ')}.`,
  ]);
  return `${[
    `.\\" Made by bin/generate.mjs.`,
    `.TH MC 1 "" "mc ${manifest.version}" "Mission Control"`,
    '.SH NAME',
    'mc \\- watch a fleet of AI agents that keep their state in files',
    '.SH SYNOPSIS',
    '.B mc',
    roff('COMMAND [ARGUMENT...] [FLAG...]'),
    '.SH DESCRIPTION',
    roff(
      'mc serve watches the files of a workspace, pushes every change to who is attached, answers a REST API, keeps metrics and makes verified backups. The other commands ask it, or work on the workspace themselves.',
    ),
    '.SH GLOBAL FLAGS',
    'Every command has them.',
    ...global.flatMap((flag) => item(flagText(flag), describe(flag))),
    '.SH COMMANDS',
    ...parts,
    '.SH EXIT STATUS',
    ...Object.entries(codes.EXIT).flatMap(([name, status]) => item(String(status), codes.EXIT_MEANINGS[name])),
    '.SH FILES',
    ...item(
      '~/.config/mission-control/config.json',
      'Settings of yours; mc config path prints where it is looked for.',
    ),
    ...item(
      'WORKSPACE/mission-control/mc.config.json',
      'Settings of the workspace. Agents can write it: keys that open doors are not taken from it.',
    ),
  ].join('\n')}\n`;
}

function commandsOf({ commands }) {
  return Object.entries(commands)
    .filter(([, { hidden }]) => !hidden)
    .map(([id, command]) => ({ ...command, words: id.replaceAll(':', ' ') }))
    .sort((a, b) => (a.words < b.words ? -1 : 1));
}

const isGlobal = ({ helpGroup }) => helpGroup === 'GLOBAL';

function usageOf({ words, args, usage }) {
  if (usage) return `mc ${[usage].flat()[0]}`;
  const named = Object.values(args).map(({ name, required }) =>
    required ? name.toUpperCase() : `[${name.toUpperCase()}]`,
  );
  return ['mc', words, ...named, '[FLAGS]'].join(' ');
}

function flagText({ name, char, type, helpValue, options, allowNo }) {
  const long = allowNo ? `--[no-]${name}` : `--${name}`;
  const value = type === 'option' ? ` ${helpValue ?? (options ? 'WORD' : 'VALUE')}` : '';
  return `${char ? `-${char}, ` : ''}${long}${value}`;
}

/** What it is, which words it takes, and its default unless the text says so. */
function describe({ description = '', options, default: value, multiple, required }) {
  const told = description.includes('default:');
  const facts = [
    options ? `one of ${options.join(', ')}` : '',
    multiple ? 'may be given several times' : '',
    required ? 'required' : '',
    told || value === undefined || value === false || value === '' ? '' : `default: ${value}`,
  ].filter((fact) => fact !== '');
  const text = plain(description);
  return facts.length === 0 ? text : `${text} (${facts.join('; ')})`;
}

function exitsOf({ exits = [] }, { ALWAYS_EXITS, EXIT }) {
  return [...new Set([...ALWAYS_EXITS, ...exits])]
    .map((name) => ({ status: EXIT[name] }))
    .sort((a, b) => a.status - b.status);
}

function table(head, rows) {
  if (rows.length === 0) return '';
  const cells = rows.map(([name, text]) => `| ${name.replaceAll('|', '\\|')} | ${text.replaceAll('|', '\\|')} |`);
  return [`| ${head} | what it is |`, '|---|---|', ...cells].join('\n');
}

const plain = (text) =>
  text
    .replaceAll('<%= config.bin %>', 'mc')
    .replaceAll(/\s*\n\s*/g, ' ')
    .trim();
const sentence = (text = '') => (/[.?!]$/.test(text) ? plain(text) : `${plain(text)}.`);

function item(name, text) {
  return ['.TP', `.B ${roff(name)}`, roff(text)];
}

/** One line of text, of which nothing means anything to roff. */
function roff(text) {
  const escaped = text.replaceAll('\\', '\\e').replaceAll('-', '\\-').replaceAll('"', '\\(dq');
  return /^[.']/.test(escaped) ? `\\&${escaped}` : escaped;
}
