import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { expect, it, vi } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { frameAll, framePayload, frameText, headerBytes } from '../../../../src/server/stream/frame.js';

it.each([
  [0, '8100'],
  [1, '8101'],
  [125, '817d'],
  [126, '817e007e'],
  [65_535, '817effff'],
  [65_536, '817f0000000000010000'],
])('a payload of %i bytes has the header %s of RFC 6455', (length, header) => {
  const text = 'a'.repeat(length);
  const frame = frameText(text);
  expect(frame.subarray(0, headerBytes(length)).toString('hex')).toBe(header);
  expect(frame.subarray(headerBytes(length)).toString()).toBe(text);
});

it('lengths are counted in UTF-8', () => {
  expect(frameText('é🚀')).toEqual(Buffer.from([0x81, 6, 0xc3, 0xa9, 0xf0, 0x9f, 0x9a, 0x80]));
});

it('many frames stand next to each other, each also by itself', () => {
  const texts = ['one', 'zwei ü', 'x'.repeat(200), ''];
  const { joined, frames } = frameAll(texts.map((text) => ({ text, bytes: Buffer.byteLength(text) })));
  expect(frames).toEqual(texts.map(frameText));
  expect(joined).toEqual(Buffer.concat(frames));
});

it('a payload in parts makes the same frame', () => {
  const parts = ['{"a":', '"ü"', '}'].map((part) => Buffer.from(part));
  expect(Buffer.concat(framePayload(parts))).toEqual(frameText('{"a":"ü"}'));
});

/**
 * Whole frames are written to the socket behind the back of `ws`. That is right only as long as its own sender hands
 * every control frame to the socket before its call returns; this fails when it no longer does.
 */
it('control frames of ws and frames written to its socket keep the order of the calls', async () => {
  const server = createServer();
  const handshakes = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  const opened = new Promise<[WebSocket, Duplex]>((resolve) => {
    server.on('upgrade', (request, socket, head) => {
      handshakes.handleUpgrade(request, socket, head, (ws) => resolve([ws, socket]));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  let bytes = Buffer.alloc(0);
  client.on('data', (data: Buffer) => {
    bytes = Buffer.concat([bytes, data]);
  });
  client.write(
    'GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n',
  );
  const [ws, socket] = await opened;
  ws.ping('1');
  socket.write(frameText('2'));
  ws.pong('3');
  socket.write(Buffer.concat([frameText('4'), frameText('x'.repeat(70_000))]));
  ws.ping('5');
  socket.write(frameText('6'));
  ws.close(1001);
  const closing = Buffer.from([0x88, 2, 0x03, 0xe9]);
  await vi.waitFor(() => expect(bytes.subarray(-closing.length)).toEqual(closing));
  const sent = bytes.subarray(bytes.indexOf('\r\n\r\n') + 4);
  const control = (opcode: number, text: string) => Buffer.from([opcode, text.length, ...Buffer.from(text)]);
  const expected = [control(0x89, '1'), frameText('2'), control(0x8a, '3'), frameText('4')];
  expected.push(frameText('x'.repeat(70_000)), control(0x89, '5'), frameText('6'), closing);
  expect(sent.equals(Buffer.concat(expected))).toBe(true);
  client.destroy();
  await closeServer(server);
});

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
