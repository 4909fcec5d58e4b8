/** The dashboard's words for its command line, without the dashboard: what draws it takes long to load. */

/** The screens, in the order of their digits. */
export const SCREENS = [
  'overview',
  'agents',
  'office',
  'tasks',
  'metrics',
  'events',
  'backups',
  'notifications',
  'usage',
] as const;
export type Tab = (typeof SCREENS)[number];

/** The themes; `auto`, which asks the terminal, is none of them. */
export const THEME_NAMES = ['dark', 'light', 'contrast', '16', 'mono'] as const;
export type ThemeName = (typeof THEME_NAMES)[number];
