import { createHash } from 'node:crypto';

/** What is kept between runs, by name: plain JSON, written by the one who asked for the look. */
export interface Keep {
  get(name: string): unknown;
  set(name: string, value: unknown): void;
  forget(name: string): void;
  /** Names that begin so. */
  names(prefix: string): string[];
  /** What changed since this was asked last. */
  changes(): [name: string, value: unknown][];
}

export function createKeep(kept: Iterable<readonly [string, unknown]>): Keep {
  const values = new Map<string, unknown>(kept);
  const changed = new Set<string>();
  return {
    get: (name) => values.get(name),
    set(name, value) {
      values.set(name, value);
      changed.add(name);
    },
    forget(name) {
      if (values.delete(name)) changed.add(name);
    },
    names: (prefix) => [...values.keys()].filter((name) => name.startsWith(prefix)),
    changes() {
      const list = [...changed].map((name): [string, unknown] => [name, values.get(name) ?? null]);
      changed.clear();
      return list;
    },
  };
}

/** Stands for a path in what is kept: the path itself is not. */
export function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 20);
}

/** How much one look may still read, in bytes. */
export interface Budget {
  left: number;
}
