import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ForbiddenError, post } from '../../../src/alerts/delivery/post.js';
import { makeCertificate } from '../../support/certificate.js';
import { scratch } from '../../support/scratch.js';
import { startReceiver } from '../../support/receiver.js';

const to = (url: string, isPrivate: boolean) =>
  post({ url, headers: {}, body: '{}' }, { private: isPrivate, signal: AbortSignal.timeout(10_000) });

/** Ways to write an address of this machine or of a private network. */
const TRICKS = [
  '127.0.0.1',
  '127.1',
  '2130706433',
  '0x7f000001',
  '0x7f.0.0.1',
  '0177.0.0.1',
  '[::1]',
  '[::ffff:127.0.0.1]',
  '[::ffff:7f00:1]',
  '[0:0:0:0:0:0:0:1]',
  '0.0.0.0',
  '[::]',
  'localhost',
  '10.0.0.1',
  '172.16.0.1',
  '192.168.1.1',
  '169.254.169.254',
  '100.64.0.1',
  '[fd00::1]',
  '[fe80::1]',
  '[64:ff9b::7f00:1]',
  '[2002:7f00:1::]',
  '１２７.0.0.1',
];

describe('where a request may lead', () => {
  it.each(TRICKS)('%s is not connected to, with or without TLS', async (host) => {
    const receiver = await startReceiver();
    for (const scheme of ['http', 'https']) {
      await expect(to(`${scheme}://${host}:${receiver.port}/`, false)).rejects.toThrow(ForbiddenError);
    }
    expect(receiver.received).toHaveLength(0);
  });

  it('a name is judged by where it leads', async () => {
    const { address } = await lookup('localhost');
    expect(address).toMatch(/^127\.|^::1$/);
    await expect(to('https://localhost:9/', false)).rejects.toThrow(ForbiddenError);
  });

  it('a private address is connected to where that was allowed', async () => {
    const receiver = await startReceiver(202);
    expect(await to(receiver.url, true)).toMatchObject({ status: 202 });
    expect(receiver.received[0]?.body).toBe('{}');
  });

  it('a redirect is an answer, and nothing follows it', async () => {
    const other = await startReceiver();
    const receiver = await startReceiver((response) => {
      response.writeHead(302, { location: `${other.url}/secret` }).end();
    });
    expect(await to(receiver.url, true)).toMatchObject({ status: 302, leadsTo: `127.0.0.1:${other.port}` });
    expect(other.received).toHaveLength(0);
  });

  it('64 KiB of an answer are read, and not more', async () => {
    const receiver = await startReceiver((response) => void response.writeHead(500).end('x'.repeat(10_000_000)));
    expect((await to(receiver.url, true)).text).toHaveLength(65_536);
  });

  it('what breaks off within its answer has failed, but not what had arrived', async () => {
    const receiver = await startReceiver((response) => {
      response.writeHead(500, { 'content-length': 100 }).write('half');
      setImmediate(() => response.destroy());
    });
    await expect(to(receiver.url, true)).rejects.toThrow();
    receiver.answer((response) => {
      response.writeHead(200, { 'content-length': 100 }).write('half');
      setImmediate(() => response.destroy());
    });
    expect(await to(receiver.url, true)).toMatchObject({ status: 200 });
  });

  it('a certificate that nobody vouches for is not believed', async () => {
    const server = createServer(makeCertificate(scratch()), (_, response) => void response.end());
    server.listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    await expect(to(`https://127.0.0.1:${port}/`, true)).rejects.toThrow(/self-signed|certificate/);
  });
});
