import { describe, expect, it } from 'vitest';
import { unpackZstd, ZstdError, ZstdUnpacker } from '../../../src/runtimes/zstd.js';
import * as fc from '../../support/property.js';

const MIB = 1024 * 1024;
const few = Array.from(
  { length: 200 },
  (_, n) => `{"n":${n},"of":"${((n * 7919) % 1000).toString(36)} naïve 検証"}\n`,
).join('');
const many = '{"words":"naïve 検証"}\n'.repeat(12_000);
/** Both as the reference compressor packs them: entropy coded, with a checksum; the second in three blocks, its size not said. */
const FEW = Buffer.from(
  'KLUv/WQZGZ0XADYvfCuAJ01jJjKNmwvjQMJMQRHj//9ba9ZNhIy0URPRz0D3KPfeW8rt9ZAJO2kPdwBwAGkAmk/Z6tZdkVVZmTWhWfVZk+iEptPlaqksm+ZmHisTzEVls8jhPZBDkFom2EJdmau9jvc6GK8FMq5lPAzjwRkXz7ik8UCMihFzZKPjVrEPEWcozWGYolF80oiWMyGAAzNQ8ABBAgcBlIQFDYwogHrAi7QANeBoAwGJZIWKWeE2K2wOK0xAK1TTCjexi2/TbXvfa7zIu7yGF+G8BZ7fk34GxK+9ZI/93G9/yE/5MUugee5xTNSmiTV1K50u19Ctcse25LXFtaYtByZBuiBla4nVEFuq1mZvZsyQ2TIzzCJnpvDMmDRTELMNzix5ZlA0S5hWZH3WiqBruhXZ9TlWhGRNZkWa9TmcCNCZ04kkzgWeS8+jnYd3LoxzJeexvA6G18J5Leh1SK8D4oX4MvLlsJfCvdAYDWR0lFHBjOiMxjM60aiYxh2bNSZ0hcqtcHeFzbHCBulFIF6HL5PvxF4C7nXGyyDvpLwEmNc5P+b5TdGPwPRbftL6Leivud+yP+n4LSS7xuyWZicddgvQrk27JbFTwB3TndJ20bspGDeW3JTlFhluCs6NQTdFukWIm+ItyRnEZglupsYsQWaQMktgZhqBj6ghfM/3fwMxa1ToESQEgOEVYdAH1jsfNb7ne36nd7yqXOx5vtf7vM/3ep/3+V7v8z7f632aPd7nfbbHuzZ/8M/7bI93eZ7t8S7Psz3e5Xm2x9PVuzzP93qfl7OX/SvbZOUbq0wjKtMwZZukfGOUaQRlGp5sk5Pf7A+2UWkyOoUi0uneaG21NSjOE3icPIPH5dn49Wka/y5/xX6c1vdwuz1jO/vTPCyOhsdgSDxeG1st7TyK+QwZJU2gUWkyOmUtxh5fwvU87MdJfQ+22SNeB3vsYUZbizK17RI7KrFjEjsiseMRu2pxjGyjqAKBNjQDGRWOHQSO+QBjAuItgLQKxZn2bQ==',
  'base64',
);
const MANY = Buffer.from(
  'KLUv/QRYFAEA0Hsid29yZHMiOiJuYcOvdmUg5qSc6Ki8In0KAQCO/3c+x0wAAAhzAQD8/zkQAk0AAAjDAQC8Qh0IAY0a5yw=',
  'base64',
);

/** A frame with a header of our making and blocks of one repeated byte. */
const frame = (descriptor: number, fields: number[], ...blocks: { size: number; last?: boolean }[]) =>
  Buffer.concat([
    Buffer.from([0x28, 0xb5, 0x2f, 0xfd, descriptor, ...fields]),
    ...blocks.map(({ size, last = true }) => {
      const word = (size << 3) | 2 | Number(last);
      return Buffer.from([word & 255, (word >> 8) & 255, word >> 16, 0x61]);
    }),
  ]);
/** Windows by their descriptor: 1 KiB, 128 KiB, 128 MiB, 144 MiB. */
const [KIB_1, KIB_128, MIB_128, MIB_144] = [0, 7 << 3, 17 << 3, (17 << 3) | 1];

describe('unpacking zstd', () => {
  it('unpacks what was packed, frame after frame', () => {
    expect(unpackZstd(FEW, MIB).toString()).toBe(few);
    expect(unpackZstd(MANY, MIB).toString()).toBe(many);
    expect(unpackZstd(Buffer.concat([FEW, MANY, FEW]), MIB).toString()).toBe(few + many + few);
  });

  it('passes over frames that are to be skipped', () => {
    const skipped = Buffer.concat([Buffer.from([0x53, 0x2a, 0x4d, 0x18, 5, 0, 0, 0]), Buffer.from('hello')]);
    expect(unpackZstd(Buffer.concat([skipped, FEW, skipped]), MIB).toString()).toBe(few);
  });

  it('unpacks frames that hold nothing, or next to nothing', () => {
    const none = frame(0, [KIB_1], { size: 0 });
    expect(unpackZstd(none, MIB)).toHaveLength(0);
    expect(unpackZstd(Buffer.concat([none, frame(0, [KIB_1], { size: 3 }), none]), MIB).toString()).toBe('aaa');
  });

  it('gives the same in whatever pieces it comes, when the memory of a piece is used again', () => {
    const packed = Buffer.concat([FEW, MANY]);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: packed.length }), (step) => {
        const pieces: Buffer[] = [];
        const unpacker = new ZstdUnpacker(MIB, (piece) => pieces.push(Buffer.from(piece)));
        const memory = Buffer.alloc(step);
        for (let at = 0; at < packed.length; at += step) {
          unpacker.push(memory.subarray(0, packed.copy(memory, 0, at, at + step)));
        }
        unpacker.end();
        expect(Buffer.concat(pieces).toString()).toBe(few + many);
      }),
      { numRuns: 15 },
    );
  });

  it('gives what stands before a cut, and says that it is cut', () => {
    for (const packed of [MANY.subarray(0, -1), MANY.subarray(0, 9), MANY.subarray(0, 2), Buffer.alloc(0)]) {
      expect(() => unpackZstd(packed, MIB)).toThrow(new ZstdError('zstd data is cut short'));
    }
    const pieces: Buffer[] = [];
    const unpacker = new ZstdUnpacker(MIB, (piece) => pieces.push(Buffer.from(piece)));
    unpacker.push(Buffer.concat([FEW, MANY.subarray(0, -9)]));
    expect(Buffer.concat(pieces).toString().startsWith(few)).toBe(true);
    expect(() => unpacker.end()).toThrow('cut short');
  });

  it('is right or throws its own error, whatever byte is changed', () => {
    fc.assert(
      fc.property(fc.nat({ max: FEW.length - 1 }), fc.integer({ min: 0, max: 255 }), (at, byte) => {
        const packed = Buffer.from(FEW);
        packed[at] = byte;
        try {
          unpackZstd(packed, MIB);
        } catch (error) {
          expect(error).toBeInstanceOf(ZstdError);
        }
      }),
    );
  });

  it.each([
    ['text', Buffer.from('{"type":"session_meta"}'), 'is not zstd data'],
    ['a window over 128 MiB', frame(0, [MIB_144], { size: 1 }), 'a window of more than 128 MiB'],
    [
      'a size that is its window, of 4 GiB',
      frame(0xa0, [255, 255, 255, 255], { size: 1 }),
      'a window of more than 128 MiB',
    ],
    ['a dictionary', frame(1, [KIB_1, 7], { size: 1 }), 'needs a dictionary'],
    ['a bit of the header that must not be set', frame(8, [KIB_1], { size: 1 }), 'an unknown kind of frame'],
    ['a block larger than its window', frame(0, [KIB_1], { size: 1025 }), 'a block is too large'],
    ['a block larger than any may be', frame(0, [MIB_128], { size: 128 * 1024 + 1 }), 'a block is too large'],
  ])('refuses %s', (_, packed, message) => {
    expect(() => unpackZstd(packed, MIB)).toThrow(ZstdError);
    expect(() => unpackZstd(packed, MIB)).toThrow(message);
  });

  it('refuses more than the limit: by what a frame says, and by what comes out', () => {
    expect(() => unpackZstd(FEW, few.length - 1)).toThrow('unpacks to more than');
    expect(() => unpackZstd(MANY, many.length - 1)).toThrow('unpacks to more than');
    expect(() => unpackZstd(Buffer.concat([MANY, MANY]), many.length + 9)).toThrow('unpacks to more than');
    let given = 0;
    const unpacker = new ZstdUnpacker(MIB, (piece) => (given += piece.length));
    const bomb = frame(0, [KIB_128], ...Array.from({ length: 9000 }, () => ({ size: 128 * 1024, last: false })));
    expect(() => unpacker.push(bomb)).toThrow('unpacks to more than 1 MiB');
    expect(given).toBe(MIB);
  });

  it('refuses frames that take hours for next to nothing', () => {
    const frames = Array.from({ length: 129 }, () => frame(0, [MIB_128], { size: 0 }));
    expect(() => unpackZstd(Buffer.concat(frames), MIB)).toThrow('takes too much work');
  });

  it('takes no more after it threw', () => {
    const unpacker = new ZstdUnpacker(MIB, () => {
      throw new RangeError('of the caller');
    });
    expect(() => unpacker.push(FEW)).toThrow(RangeError);
    expect(() => unpacker.push(FEW)).toThrow('given up');
  });
});
