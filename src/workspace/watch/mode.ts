/** How files are watched, as the setting says it. */
export type WatchMode = 'auto' | 'native' | 'polling';

export interface WatcherHealth {
  /** `available`, or what is wrong. */
  state: string;
  mode: 'native' | 'polling';
  /** Why it polls; null while it has watches. */
  reason: string | null;
  /** How many directories are looked after. */
  directories: number;
}
