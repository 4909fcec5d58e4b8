/** One thing that `mc doctor` looked at. */
export interface Finding {
  name: string;
  ok: boolean;
  message: string;
  /** The command that mends it; null when nothing has to be mended. */
  fix: string | null;
}

export function well(name: string, message: string): Finding {
  return { name, ok: true, message, fix: null };
}

export function ill(name: string, message: string, fix: string): Finding {
  return { name, ok: false, message, fix };
}
