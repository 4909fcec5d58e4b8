/**
 * How much of what a file holds is read. Sizes in bytes are bounded where files are opened (`LIMITS`); these bound what is
 * made of them, because it is compared, serialised and sent as one piece. What lies over a bound is reported (`passedOver`).
 */
export const BOUNDS = {
  /** Tasks of one file. */
  tasks: 3000,
  /** Characters that the tasks of one file are shown with, all together. */
  taskChars: 600_000,
  /** Subtasks of one task. */
  subtasks: 100,
  /** Entries of the list in a JSON task file that are looked at, tasks or not. */
  entries: 20_000,
  /** Lines of a Markdown file. */
  lines: 200_000,
  /** A longer line of a Markdown file is not read, in UTF-16 units. */
  line: 10_000,
  /** Warnings on one task file. */
  warnings: 100,
  /** Positions in the office file. */
  positions: 2000,
  /** A longer name of a zone is cut, in UTF-16 units. */
  zone: 100,
  /** JSON that the office file's own fields may be, all together, in UTF-16 units. */
  officeFields: 64 * 1024,
} as const;

/** A number as people read it: `5,000`. */
export function counted(number: number): string {
  return number.toLocaleString('en-US');
}
