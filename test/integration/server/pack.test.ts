import { request } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { type Office, startOffice } from './office.js';

/** Asks without a client that unpacks by itself. */
function raw(office: Office, path: string, headers: Record<string, string>, method = 'GET') {
  return new Promise<{ headers: Record<string, unknown>; body: Buffer }>((resolve, reject) => {
    request({ port: office.port, host: '127.0.0.1', path, headers, method }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => resolve({ headers: response.headers, body: Buffer.concat(chunks) }));
    })
      .on('error', reject)
      .end();
  });
}

it('large answers are packed for those who take it, whether they are cached or not', async () => {
  const office = await startOffice();
  await writeFile(join(office.root, 'large.md'), 'a line of text\n'.repeat(2000));
  for (const path of ['/api/files/read?path=large.md', '/api/openapi.json', '/docs', '/api/agents']) {
    const packed = await raw(office, path, { 'accept-encoding': 'gzip, br', origin: 'http://localhost' });
    const plain = await raw(office, path, {});
    expect([path, packed.headers['content-encoding'], plain.headers['content-encoding']]).toEqual([
      path,
      'gzip',
      undefined,
    ]);
    expect(gunzipSync(packed.body).toString()).toBe(plain.body.toString());
    expect(packed.headers['content-length']).toBe(String(packed.body.length));
    expect(packed.headers.vary).toMatch(/Origin, Accept-Encoding/);
    expect(plain.headers.vary).toMatch(/Accept-Encoding/);
    expect((await raw(office, path, { 'accept-encoding': 'gzip;q=0' })).headers['content-encoding']).toBeUndefined();
  }
  const small = await raw(office, '/api/health', { 'accept-encoding': 'gzip' });
  expect(small.headers['content-encoding']).toBeUndefined();
  expect((await raw(office, '/docs', { 'accept-encoding': 'gzip' }, 'HEAD')).body.length).toBe(0);
});

it('a packed list still answers 304', async () => {
  const office = await startOffice();
  for (const path of ['/api/agents', '/api/tasks', '/api/system/status', '/api/openapi.json']) {
    const { headers } = await office.get(path);
    const again = await office.get(path, { 'if-none-match': headers.get('etag') ?? '' });
    expect([path, again.status, again.text]).toEqual([path, 304, '']);
  }
});
