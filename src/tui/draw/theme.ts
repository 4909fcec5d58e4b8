import { THEME_NAMES, type ThemeName } from '../names.js';

/** What a piece of text is; a theme says how that looks. Colour never stands alone: glyphs and words say the same. */
export type Tone =
  | 'plain'
  | 'strong'
  | 'dim'
  | 'rule'
  | 'accent'
  | 'good'
  | 'warn'
  | 'bad'
  | 'chart'
  | 'key'
  | 'changed';

export { THEME_NAMES, type ThemeName } from '../names.js';

export interface Theme {
  name: ThemeName;
  /** False: ASCII only, for locales that are not UTF-8. */
  unicode: boolean;
  /** Parameters of the escape sequence that begins each tone; empty: as the terminal has it. */
  tones: Readonly<Record<Tone, string>>;
  /** Added to every cell of the line under the cursor. */
  cursor: string;
}

const PLAIN = { plain: '', strong: '1', key: '1', changed: '1' };

const LOOKS: Record<ThemeName, Omit<Theme, 'name' | 'unicode'>> = {
  dark: {
    tones: {
      ...PLAIN,
      dim: '38;5;245',
      rule: '38;5;239',
      accent: '38;5;75',
      good: '38;5;114',
      warn: '1;38;5;221',
      bad: '1;38;5;203',
      chart: '38;5;110',
    },
    cursor: '48;5;236',
  },
  light: {
    tones: {
      ...PLAIN,
      dim: '38;5;243',
      rule: '38;5;250',
      accent: '38;5;25',
      good: '38;5;28',
      warn: '1;38;5;130',
      bad: '1;38;5;160',
      chart: '38;5;31',
    },
    cursor: '48;5;254',
  },
  contrast: {
    tones: {
      ...PLAIN,
      plain: '1',
      changed: '1;95',
      dim: '',
      rule: '',
      accent: '1;96',
      good: '1;92',
      warn: '1;93',
      bad: '1;91',
      chart: '1;96',
    },
    cursor: '7',
  },
  '16': {
    tones: { ...PLAIN, dim: '2', rule: '2', accent: '36', good: '32', warn: '1;33', bad: '1;31', chart: '34' },
    cursor: '',
  },
  mono: { tones: { ...PLAIN, dim: '2', rule: '2', accent: '', good: '', warn: '1', bad: '1', chart: '' }, cursor: '' },
};

/** The theme of that name. */
export function themeOf(name: ThemeName, unicode: boolean): Theme {
  return { name, unicode, ...LOOKS[name] };
}

/** True when the word names a theme. */
export function isThemeName(word: string): word is ThemeName {
  return (THEME_NAMES as readonly string[]).includes(word);
}

/** The theme that fits a terminal, from what its environment says of it. */
export function detectTheme(env: NodeJS.ProcessEnv): ThemeName {
  const { NO_COLOR, TERM = '', COLORTERM = '', COLORFGBG = '' } = env;
  if ((NO_COLOR !== undefined && NO_COLOR !== '') || TERM === 'dumb') return 'mono';
  const many = /truecolor|24bit/i.test(COLORTERM) || /256|kitty|alacritty|ghostty|direct/.test(TERM);
  if (!many) return '16';
  const background = COLORFGBG.split(';').at(-1);
  return background === '7' || background === '15' ? 'light' : 'dark';
}

/** False when the locale says that the terminal shows no UTF-8. Machines without any locale (containers) show it. */
export function detectUnicode({ LC_ALL, LC_CTYPE, LANG, TERM }: NodeJS.ProcessEnv): boolean {
  const locale = LC_ALL || LC_CTYPE || LANG || '';
  return TERM !== 'dumb' && (locale === '' || /utf-?8/i.test(locale));
}
