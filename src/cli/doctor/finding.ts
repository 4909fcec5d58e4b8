/** One thing that `mc doctor` looked at. */
export interface Finding {
  name: string;
  /** False: something is wrong. */
  ok: boolean;
  /** True: there was nothing to look at, so that nothing is known to be right either. */
  skipped: boolean;
  message: string;
  /** The command that mends it; null when nothing has to be mended. */
  fix: string | null;
}

export function well(name: string, message: string): Finding {
  return { name, ok: true, skipped: false, message, fix: null };
}

/** Of what is not there, or not yet. */
export function unseen(name: string, message: string): Finding {
  return { name, ok: true, skipped: true, message, fix: null };
}

export function ill(name: string, message: string, fix: string): Finding {
  return { name, ok: false, skipped: false, message, fix };
}
