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

/** Something that `mc doctor --fix` does by itself: it takes nothing away that anybody needs, and can be done twice. */
export interface Mend {
  /** Of the finding that it mends. */
  name: string;
  /** What it does, as "removes the lock … of process 12, which has ended". */
  does: string;
  run: () => Promise<void>;
}

/** What was found, and what of it can be mended here. */
export interface Looked {
  finding: Finding;
  mends: Mend[];
}

/** Of what was looked at and is right. */
export function passed(name: string, message: string): Finding {
  return { name, ok: true, skipped: false, message, fix: null };
}

/** Of what is not there, or not yet, so that nothing could be looked at. */
export function skipped(name: string, message: string): Finding {
  return { name, ok: true, skipped: true, message, fix: null };
}

/** Of what is wrong. `fix`: the command that mends it. */
export function failed(name: string, message: string, fix: string): Finding {
  return { name, ok: false, skipped: false, message, fix };
}

/** The first three, and how many more. */
export function some(texts: readonly string[], between = '; '): string {
  const more = texts.length > 3 ? `${between}${texts.length - 3} more` : '';
  return texts.slice(0, 3).join(between) + more;
}
