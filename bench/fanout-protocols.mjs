// What the fan-out bench speaks, as little of each protocol as it takes to subscribe, to publish and to count:
// WebSocket (RFC 6455), NATS (its client protocol) and MQTT 3.1.1 (OASIS).
//
// `hello(port)` or `hello`: what a client says first. `opened(buffer)`: the offset behind the server's answer to it, -1 while
// it is not complete. `sizeOf(buffer, at)`: the length of the frame there, null when it cannot be told yet. `isEvent`,
// `isPing`: what stands there. `pong`: the answer to a ping.

const SUBJECT = 'events';

export const WEBSOCKET = {
  hello: (port) =>
    `GET / HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n',
  opened: (data) => endOf(data, '\r\n\r\n'),
  sizeOf(data, at) {
    if (at + 2 > data.length) return null;
    const short = data[at + 1] & 0x7f;
    if (short < 126) return 2 + short;
    if (short === 126) return at + 4 > data.length ? null : 4 + data.readUInt16BE(at + 2);
    return at + 10 > data.length ? null : 10 + Number(data.readBigUInt64BE(at + 2));
  },
  isEvent: (data, at) => (data[at] & 0x0f) === 1,
  isPing: (data, at) => (data[at] & 0x0f) === 9,
  // Masked, with a mask of zeroes.
  pong: Buffer.from([0x8a, 0x80, 0, 0, 0, 0]),
};

export const NATS = {
  hello: 'CONNECT {"verbose":false,"pedantic":false}\r\n',
  subscription: `SUB ${SUBJECT} 1\r\nPING\r\n`,
  publication: (text) => `PUB ${SUBJECT} ${Buffer.byteLength(text)}\r\n${text}\r\n`,
  ping: 'PING\r\n',
  opened: (data) => endOf(data, 'PONG\r\n'),
  sizeOf(data, at) {
    const end = data.indexOf('\r\n', at);
    if (end === -1) return null;
    const line = end + 2 - at;
    if (!NATS.isEvent(data, at)) return line;
    return line + Number(data.toString('latin1', data.lastIndexOf(' ', end), end)) + 2;
  },
  isEvent: (data, at) => data[at] === 'M'.charCodeAt(0),
  isPing: (data, at) => data[at] === 'P'.charCodeAt(0) && data[at + 1] === 'I'.charCodeAt(0),
  pong: 'PONG\r\n',
};

export const MQTT = {
  // A clean session, an id that the broker chooses, no keep-alive.
  hello: packet(0x10, [...field('MQTT'), 4, 2, 0, 0, 0, 0]),
  subscription: packet(0x82, [0, 1, ...field(SUBJECT), 0]),
  publication: (text) => packet(0x30, [...field(SUBJECT), ...Buffer.from(text)]),
  ping: packet(0xc0, []),
  // CONNACK and SUBACK.
  opened: (data) => (data.length < 9 ? -1 : 9),
  sizeOf(data, at) {
    let length = 0;
    for (let index = 0; index < 4; index += 1) {
      const byte = data[at + 1 + index];
      if (byte === undefined) return null;
      length += (byte & 0x7f) * 128 ** index;
      if (byte < 0x80) return 2 + index + length;
    }
    throw new Error('a length of more than four bytes');
  },
  isEvent: (data, at) => data[at] >> 4 === 3,
  isPing: () => false,
  pong: packet(0xd0, []),
};

/** A packet of MQTT: its first byte, its length in groups of 7 bits, its content. */
function packet(first, content) {
  const length = [];
  let rest = content.length;
  do {
    length.push((rest % 128) | (rest >= 128 ? 0x80 : 0));
    rest = Math.floor(rest / 128);
  } while (rest > 0);
  return Buffer.from([first, ...length, ...content]);
}

function field(text) {
  return [0, text.length, ...Buffer.from(text)];
}

function endOf(data, mark) {
  const at = data.indexOf(mark);
  return at === -1 ? -1 : at + mark.length;
}
