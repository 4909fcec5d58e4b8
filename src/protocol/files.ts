/** A watched file that has no event of its own was added, changed or removed. */
export interface FileChange {
  /** Relative to the workspace, with `/`. */
  path: string;
  kind: 'added' | 'changed' | 'removed';
}

/** An entry of a directory. */
export interface BrowseItem {
  name: string;
  /** `link`: a symbolic link that leads nowhere, out of the workspace, or to something hidden. */
  type: 'file' | 'directory' | 'link' | 'other';
  /** In bytes; null for what is not a file. */
  size: number | null;
  /** ISO 8601 UTC; null for a time that no calendar knows. */
  modified: string | null;
}

/** Answer of `/api/files/browse`. */
export interface BrowseAnswer {
  /** As it was asked for; `.` for the workspace itself. */
  path: string;
  items: BrowseItem[];
  next_cursor?: string | null;
}

/** Answer of `/api/files/read`. */
export interface FileAnswer {
  /** As it was asked for. */
  path: string;
  content: string;
  encoding: 'utf-8' | 'base64';
  /** Of the whole file, in bytes. */
  size: number;
  /** Where the content begins in the file, and how many of its bytes it is. */
  offset: number;
  length: number;
  /** True: the file goes on at `offset + length`. */
  truncated: boolean;
}
