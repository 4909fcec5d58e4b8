const FIN_AND_TEXT = 0x81;
/** Payload lengths up to this stand in the second byte of a frame; above it 126 or 127 stands there (RFC 6455 §5.2). */
const SHORT = 125;
const MEDIUM = 0xff_ff;

/** A text with its length in UTF-8, as the bus keeps it. */
export interface Encoded {
  text: string;
  bytes: number;
}

/** One whole, unmasked text frame: servers do not mask. */
export function frameText(text: string): Buffer {
  const bytes = Buffer.byteLength(text);
  const frame = Buffer.allocUnsafe(headerBytes(bytes) + bytes);
  writeFrame(frame, 0, { text, bytes });
  return frame;
}

/** One whole text frame around a payload that is already in UTF-8, in parts: they are concatenated by the caller. */
export function framePayload(parts: readonly Buffer[]): Buffer[] {
  const bytes = parts.reduce((sum, part) => sum + part.length, 0);
  const header = Buffer.allocUnsafe(headerBytes(bytes));
  writeHeader(header, 0, bytes);
  return [header, ...parts];
}

/** Many frames in one buffer, and each of them as a view into it: whoever writes them all needs one write. */
export function frameAll(texts: readonly Encoded[]): { joined: Buffer; frames: Buffer[] } {
  const size = texts.reduce((sum, { bytes }) => sum + headerBytes(bytes) + bytes, 0);
  const joined = Buffer.allocUnsafe(size);
  let offset = 0;
  const frames = texts.map((text) => {
    const start = offset;
    offset = writeFrame(joined, start, text);
    return joined.subarray(start, offset);
  });
  return { joined, frames };
}

/** Length of the header in front of a payload of so many bytes. */
export function headerBytes(payload: number): number {
  if (payload <= SHORT) return 2;
  return payload <= MEDIUM ? 4 : 10;
}

/** Returns the offset behind the frame. */
function writeFrame(target: Buffer, offset: number, { text, bytes }: Encoded): number {
  const start = writeHeader(target, offset, bytes);
  target.write(text, start, bytes, 'utf8');
  return start + bytes;
}

function writeHeader(target: Buffer, offset: number, payload: number): number {
  target[offset] = FIN_AND_TEXT;
  if (payload <= SHORT) {
    target[offset + 1] = payload;
  } else if (payload <= MEDIUM) {
    target[offset + 1] = 126;
    target.writeUInt16BE(payload, offset + 2);
  } else {
    target[offset + 1] = 127;
    target.writeUInt32BE(Math.floor(payload / 2 ** 32), offset + 2);
    target.writeUInt32BE(payload % 2 ** 32, offset + 6);
  }
  return offset + headerBytes(payload);
}
