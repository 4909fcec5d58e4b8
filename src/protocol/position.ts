/**
 * A place in one journal's stream. The epoch is new with each journal, so that a position of another server's life is
 * never mistaken for one of this (centrifuge calls the same thing a stream position).
 */
export interface Position {
  epoch: string;
  /** +1 per event; 0 before the first. */
  seq: number;
}

const FORM = /^([A-Za-z0-9_-]{1,64}):(\d{1,15})$/;

/** Reads `<epoch>:<seq>`; null for anything else. */
export function parsePosition(text: string): Position | null {
  const match = FORM.exec(text);
  return match?.[1] && match[2] ? { epoch: match[1], seq: Number(match[2]) } : null;
}

/** Writes a position as `<epoch>:<seq>`. */
export function formatPosition(position: Position): string {
  return `${position.epoch}:${position.seq}`;
}
