/** What the place where text is printed can show. */
export interface Terminal {
  colour: boolean;
  /** Rules and boxes: only on a terminal. */
  boxes: boolean;
  /** Columns; Infinity where there is no edge. */
  width: number;
  /** False: only ASCII glyphs. */
  unicode: boolean;
}

/** The part of a stream that says what it is. */
export interface Stream {
  isTTY?: boolean;
  columns?: number;
}

/** What a stream can show, honouring NO_COLOR, FORCE_COLOR, CLICOLOR, CLICOLOR_FORCE and TERM=dumb. */
export function terminalOf(stream: Stream, env: NodeJS.ProcessEnv): Terminal {
  const dumb = env.TERM === 'dumb';
  const tty = stream.isTTY === true;
  return {
    colour: wanted(env) ?? (tty && !dumb),
    boxes: tty && !dumb,
    width: tty ? stream.columns || 80 : Number.POSITIVE_INFINITY,
    unicode: !dumb && isUtf8(env),
  };
}

const CODES = { bold: '1', dim: '2', red: '31', green: '32', yellow: '33', cyan: '36' } as const;
export type Colour = keyof typeof CODES;

/** Text in a colour, or as it is where there are no colours. */
export function paint(terminal: Terminal, colour: Colour, text: string): string {
  return terminal.colour && text !== '' ? `\u001b[${CODES[colour]}m${text}\u001b[0m` : text;
}

const MARKS: Record<string, string> = { '–': '-', '·': '-', '…': '~', '→': '>' };

/** The marks between words in ASCII, each as wide as before. Words stay as they are: who wrote them meant them. */
export function inAscii(text: string): string {
  return text.replaceAll(/[–·…→]/g, (mark) => MARKS[mark] ?? mark);
}

/** What the environment says of colours; undefined: nothing. Who wants none is heard before who wants them everywhere. */
function wanted({ NO_COLOR, FORCE_COLOR, CLICOLOR, CLICOLOR_FORCE }: NodeJS.ProcessEnv): boolean | undefined {
  if (NO_COLOR || isOff(FORCE_COLOR)) return false;
  if (FORCE_COLOR || (CLICOLOR_FORCE && !isOff(CLICOLOR_FORCE))) return true;
  return isOff(CLICOLOR) ? false : undefined;
}

function isOff(value: string | undefined): boolean {
  return value === '0' || value === 'false';
}

/** Machines without any locale (containers, CI) show UTF-8 all the same. */
function isUtf8({ LC_ALL, LC_CTYPE, LANG }: NodeJS.ProcessEnv): boolean {
  const locale = LC_ALL || LC_CTYPE || LANG || '';
  return locale === '' || /utf-?8/i.test(locale) || !/^(C|POSIX)$/.test(locale);
}
