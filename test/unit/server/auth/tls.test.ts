import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readTls } from '../../../../src/server/auth/tls.js';
import { scratch } from '../../../support/scratch.js';
import { makeCertificate } from '../../../support/certificate.js';

it('reads a pair, or nothing at all', async () => {
  const { tlsCert, tlsKey, cert, key } = makeCertificate(scratch());
  expect(await readTls({ tlsCert: null, tlsKey: null })).toBeNull();
  expect(await readTls({ tlsCert, tlsKey })).toEqual({ cert, key });
});

it('refuses half a pair, files that are none, and a key of another certificate', async () => {
  const folder = scratch();
  const { tlsCert, tlsKey } = makeCertificate(folder);
  const other = makeCertificate(scratch());
  const junk = join(folder, 'junk.pem');
  writeFileSync(junk, 'no certificate');
  const usage = { code: 'usage', exit: 2 };
  await expect(readTls({ tlsCert, tlsKey: null })).rejects.toMatchObject(usage);
  await expect(readTls({ tlsCert: null, tlsKey })).rejects.toMatchObject(usage);
  await expect(readTls({ tlsCert, tlsKey: join(folder, 'nothing') })).rejects.toMatchObject({
    message: expect.stringContaining('ENOENT'),
  });
  await expect(readTls({ tlsCert: junk, tlsKey })).rejects.toMatchObject(usage);
  await expect(readTls({ tlsCert, tlsKey: other.tlsKey })).rejects.toMatchObject({
    message: expect.stringContaining('is not the key of'),
  });
});
