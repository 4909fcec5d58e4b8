import type { WalkedEntry } from '../tree/entry.js';
import type { Piece } from './copy.js';
import type { PackedBatch, PackedMember } from './member.js';
import type { Run } from './runs.js';

/** The heavy work of archives, each piece independent of the others. */
export interface Pool {
  /** How many pieces make sense at once. */
  width: number;
  /** Begins to start what is not started yet: there will be work soon. */
  warm(): void;
  pack(root: string, roots: readonly string[], batch: WalkedEntry[]): Promise<PackedBatch>;
  /** Takes the bytes over: they are empty afterwards. */
  deflate(bytes: Uint8Array<ArrayBuffer>): Promise<PackedMember>;
  /** Copies bytes from one archive to another. */
  copy(source: string, target: string, piece: Piece): Promise<void>;
  /** Reads a run and compares every entry with its manifest; what is wrong with it. */
  check(archive: string, run: Run, deep: boolean): Promise<string[]>;
  /** Whether a run's bytes have the hashes that its members are listed with. */
  hash(archive: string, run: Run): Promise<boolean>;
  close(): Promise<void>;
}
