const NEWLINE = 0x0a;
export const TOO_LONG = 'a line of more than 64 MiB is not read';
const LONGEST = 64 * 1024 * 1024;

/** Puts lines together from pieces of a file that ends. */
export interface Lines {
  /** The piece may be used again afterwards. */
  push(piece: Uint8Array): void;
  /** The last line may have no end. */
  end(): void;
}

/**
 * @param onLine gets every line that is not blank, without its end
 * @param onTooLong hears of lines beyond 64 MiB, which are passed over
 */
export function createLines(onLine: (line: Buffer) => void, onTooLong: () => void): Lines {
  let held: Buffer[] = [];
  let size = 0;
  const give = (last: Buffer) => {
    const line = held.length === 0 ? last : Buffer.concat([...held, last]);
    if (size + last.length > LONGEST) onTooLong();
    else if (line.some((byte) => byte > 0x20)) onLine(line);
    held = [];
    size = 0;
  };
  return {
    push(piece) {
      let rest = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
      for (let end = rest.indexOf(NEWLINE); end !== -1; end = rest.indexOf(NEWLINE)) {
        give(rest.subarray(0, end));
        rest = rest.subarray(end + 1);
      }
      size += rest.length;
      // What is too long is counted, not held.
      if (size > LONGEST) held = [];
      else if (rest.length > 0) held.push(Buffer.from(rest));
    },
    end: () => give(Buffer.alloc(0)),
  };
}
