import { Parser, type ReadEntry } from 'tar';
import type { EntryHead } from './entry.js';

/** Takes the bytes of one entry. */
export interface EntrySink {
  write(chunk: Buffer): void;
  end(): void;
}

/** An entry as it stands in an archive: a head of a kind we know, or why it is refused. */
export type FoundEntry = { head: EntryHead; refused: null } | { head: null; path: string; refused: string };

/** Records by which GNU tar and bsdtar mark a sparse file in an extended header. */
const SPARSE = /^\d+ (?:GNU\.sparse\.|SCHILY\.realsize=)/m;

const KINDS: Record<string, EntryHead['type']> = {
  File: 'file',
  OldFile: 'file',
  ContiguousFile: 'file',
  Directory: 'directory',
  SymbolicLink: 'symlink',
};

/**
 * Reads tar bytes as they come, synchronously: the `tar` package parses, this keeps what it found wrong. Paths are as the
 * archive has them (without `./` before and `/` behind) and not to be trusted.
 */
export class TarReader {
  readonly errors: string[] = [];
  readonly #parser: Parser;
  #ended = false;
  /** The extended header before the next entry says that its bytes are a map and pieces. */
  #sparse = false;
  #first = true;

  constructor(onEntry: (entry: FoundEntry) => EntrySink | null) {
    this.#parser = new Parser({ brotli: false, zstd: false });
    this.#parser.on('warn', (_code, message) => this.errors.push(String(message)));
    this.#parser.on('meta', (text: string) => {
      this.#sparse ||= SPARSE.test(text);
    });
    const onRead = (entry: ReadEntry) => {
      take(entry, this.#sparse, onEntry);
      this.#sparse = false;
    };
    this.#parser.on('entry', onRead);
    this.#parser.on('ignoredEntry', onRead);
    this.#parser.on('eof', () => {
      this.#ended = true;
    });
  }

  /** True once the two empty blocks that end an archive were seen. */
  get sawEnd(): boolean {
    return this.#ended;
  }

  write(chunk: Buffer): void {
    if (chunk.length === 0 || this.errors.length > 0) return;
    if (this.#first && chunk[0] === 0x1f && chunk[1] === 0x8b) {
      this.errors.push('there is another gzip inside the gzip');
      return;
    }
    this.#first = false;
    this.#parser.write(chunk);
  }

  /** Ends the input; an entry that is cut short becomes an error. */
  end(): void {
    if (!this.#first) this.#parser.end();
  }
}

function take(entry: ReadEntry, sparse: boolean, onEntry: (entry: FoundEntry) => EntrySink | null): void {
  const sink = onEntry(found(entry, sparse));
  entry.on('data', (chunk: Buffer) => sink?.write(chunk));
  entry.on('end', () => sink?.end());
}

function found(entry: ReadEntry, sparse: boolean): FoundEntry {
  const path = plainPath(entry.path);
  const type = KINDS[entry.type];
  if (!type) return { head: null, path, refused: `it is a ${entry.type}, which no backup of a workspace holds` };
  if (sparse) {
    return {
      head: null,
      path,
      refused: 'it is a sparse file in a form that is not read: pack it again without --sparse',
    };
  }
  const head: EntryHead = {
    path,
    type,
    size: entry.size,
    mode: (entry.mode ?? 0o644) & 0o7777,
    mtimeMs: entry.mtime?.getTime() ?? 0,
    uid: entry.uid ?? 0,
    gid: entry.gid ?? 0,
    ...(type === 'symlink' && { link: entry.linkpath ?? '' }),
  };
  return { head, refused: null };
}

function plainPath(path: string): string {
  let plain = path;
  while (plain.startsWith('./')) plain = plain.slice(2);
  return plain.length > 1 && plain.endsWith('/') ? plain.slice(0, -1) : plain;
}
