import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Office, startOffice, startSharedOffice } from './office.js';

const SECRET = 'TOP-SECRET-CONTENT';

let office: Office;
let outside: string;
let stop: () => Promise<void>;

beforeAll(async () => {
  ({ office, stop } = await startSharedOffice());
  outside = await mkdtemp(join(tmpdir(), 'mc-outside-'));
  await writeFile(join(outside, 'plain.md'), SECRET);
  const at = (path: string) => join(office.root, path);
  await mkdir(at('deep/er'), { recursive: true });
  await mkdir(at('.hidden'));
  for (const name of ['.env', 'server.pem', 'id_rsa', 'my-token.txt', 'notes.db', '.hidden/plain.md']) {
    await writeFile(at(name), SECRET);
  }
  await symlink(outside, at('way-out'));
  await symlink(join(outside, 'plain.md'), at('file-out.md'));
  await symlink('../../..', at('deep/er/up'));
  await symlink('../..', at('deep/er/root'));
  await symlink('.env', at('innocent.md'));
  await symlink('.hidden', at('innocent'));
  await symlink('deep', at('inside'));
  await symlink('nowhere', at('broken'));
  await symlink('loop', at('loop'));
  await symlink('/etc/passwd', at('deep/passwd-link'));
  execFileSync('mkfifo', [at('pipe')]);
});
afterAll(async () => {
  await stop();
  await rm(outside, { recursive: true, force: true });
});

const browse = (query: string) => office.get(`/api/files/browse${query}`);
const read = (query: string) => office.get(`/api/files/read${query}`);
const names = async (query: string) => (await browse(query)).body.items.map((item: { name: string }) => item.name);

/** Query strings as they stand in a URL. */
const REFUSED = [
  '..',
  '../',
  '../..',
  './..',
  'mission-control/..',
  'mission-control/../..',
  'mission-control/../mission-control',
  'mission-control/../../etc/passwd',
  '%2e%2e',
  '%2e%2e%2f',
  '.%2e/',
  '..%2f..%2fetc%2fpasswd',
  '%252e%252e%252f',
  '%25252e%25252e%25252f',
  '..%5c..%5cetc',
  '..%255c',
  '/',
  '/etc/passwd',
  '%2fetc%2fpasswd',
  '%252fetc%252fpasswd',
  '//etc/passwd',
  '/./etc/passwd',
  '%20/etc/passwd',
  '~',
  '~/.ssh/id_rsa',
  '~root',
  'C:%5cwindows',
  'c:/windows/win.ini',
  '%5c%5cserver%5cshare',
  'file:///etc/passwd',
  'file%3a%2f%2f/etc/passwd',
  '%00',
  'README.md%00.png',
  'mission-control%00/../..',
  '%c0%ae%c0%ae/etc/passwd',
  '%c0%af',
  '%e0%80%ae%e0%80%ae',
  '%ff%fe',
  '%ef%bc%8e%ef%bc%8e/etc',
  '%e2%80%a5/etc',
  '%ef%bc%8fetc',
  '%0a',
  'mission-control%0d%0aX:y',
  '%7f',
  '...',
  '.. ',
  '..%20/',
  'README.md::$DATA',
  '.env',
  './.env',
  '.ENV',
  '.hidden',
  '.hidden/plain.md',
  '.git/config',
  'server.pem',
  'id_rsa',
  'my-token.txt',
  'notes.db',
  'mission-control/backend/data/metrics.db',
  'way-out',
  'way-out/plain.md',
  'file-out.md',
  'deep/er/up',
  'deep/er/up/etc/passwd',
  'deep/passwd-link',
  'innocent.md',
  'innocent',
  'innocent/plain.md',
  'deep/er/root/.env',
  'loop',
  'x'.repeat(5000),
];

describe('refused', () => {
  it('are more than forty forms', () => {
    expect(new Set(REFUSED).size).toBeGreaterThan(40);
  });

  it.each(REFUSED)('%s', async (path) => {
    for (const ask of [browse, read]) {
      const answer = await ask(`?path=${path}`);
      expect([answer.status, answer.body.error, answer.body.code]).toEqual([403, 'Invalid path', 'file.refused']);
      expect(answer.text).not.toContain(SECRET);
      expect(answer.text).not.toContain(office.root);
      expect(answer.text).not.toContain(outside);
    }
  });

  it.each(['pipe', 'mission-control/backups/backup_20260217_035729.tar.gz'])('to be read: %s', async (path) => {
    expect((await read(`?path=${path}`)).status).toBe(403);
  });

  it.each(['?path=a&path=b', '?path[]=a', '?path=.&limit=0', '?path=.&cursor=x'])(
    'with 400: browse %s',
    async (query) => {
      expect((await browse(query)).status).toBe(query.startsWith('?path[]') ? 200 : 400);
    },
  );

  it.each([
    '',
    '?path=',
    '?path=a&path=b',
    '?path=README.md&offset=-1',
    '?path=a&length=0',
    '?path=a&length=1048577',
    '?path=a&offset=1.5',
    '?path=a&offset=1e3',
  ])('with 400: read %s', async (query) => {
    const { status, body } = await read(query);
    expect([status, body.code]).toEqual([400, 'input.invalid']);
  });
});

describe('a directory', () => {
  it('is listed, sorted, with kinds, sizes and times', async () => {
    const { status, body } = await browse('?path=mission-control');
    expect(status).toBe(200);
    expect(body.path).toBe('mission-control');
    const found = body.items.map((item: { name: string }) => item.name);
    expect(found).toEqual(found.toSorted());
    expect(body.items).toContainEqual({
      name: 'README.md',
      type: 'file',
      size: expect.any(Number),
      modified: expect.stringMatching(/^\d{4}-.*Z$/),
    });
    expect(body.items).toContainEqual(expect.objectContaining({ name: 'agents', type: 'directory', size: null }));
    expect(body).not.toHaveProperty('next_cursor');
  });

  it('is the workspace when none is named, and shows nothing hidden', async () => {
    for (const query of ['', '?path=', '?path=.']) expect((await browse(query)).body.path).toBe('.');
    const found = await names('');
    expect(found).toEqual(expect.arrayContaining(['PENDING_TASKS.md', 'mission-control', 'deep']));
    for (const name of ['.env', '.hidden', 'server.pem', 'id_rsa', 'my-token.txt', 'notes.db']) {
      expect(found).not.toContain(name);
    }
    expect(await names('?path=mission-control/backend/data')).toEqual([]);
  });

  it('is not broken by a broken link, a loop or a pipe; links that lead out are mere links', async () => {
    const { items } = (await browse('?path=.')).body;
    const kinds = Object.fromEntries(items.map((item: { name: string; type: string }) => [item.name, item.type]));
    expect(kinds).toMatchObject({
      broken: 'link',
      loop: 'link',
      'way-out': 'link',
      'file-out.md': 'link',
      'innocent.md': 'link',
      inside: 'directory',
      pipe: 'other',
    });
    expect(await names('?path=inside')).toEqual(await names('?path=deep'));
  });

  it('comes in pages', async () => {
    const whole = await names('?path=mission-control/agents');
    const paged: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const more: string = cursor === '' ? '' : `&cursor=${cursor}`;
      const { body }: { body: { items: { name: string }[]; next_cursor: string | null } } = await browse(
        `?path=mission-control/agents&limit=5${more}`,
      );
      paged.push(...body.items.map(({ name }) => name));
      cursor = body.next_cursor;
    }
    expect(paged).toEqual(whole);
  });

  it('that is not there is told with its path', async () => {
    for (const path of ['nothing', 'README.md/x', 'mission-control/README.md', 'broken', 'broken/x']) {
      const { status, body } = await browse(`?path=${path}`);
      expect([status, body]).toEqual([
        404,
        { error: 'Path not found', path, code: 'file.not_found', hint: expect.any(String) },
      ]);
    }
  });
});

describe('a file', () => {
  it('is read as text', async () => {
    const text = '\uFEFFGrüße 日本 🎉\n';
    await writeFile(join(office.root, 'text.md'), text);
    const size = Buffer.byteLength(text);
    expect((await read('?path=text.md')).body).toEqual({
      path: 'text.md',
      content: text,
      encoding: 'utf-8',
      size,
      offset: 0,
      length: size,
      truncated: false,
    });
    expect((await read('?path=./inside/../text.md')).status).toBe(403);
    await writeFile(join(office.root, 'empty.md'), '');
    expect((await read('?path=empty.md')).body).toMatchObject({
      content: '',
      size: 0,
      encoding: 'utf-8',
      truncated: false,
    });
  });

  it('is read in parts that begin and end with whole characters', async () => {
    const text = 'aé日🎉'.repeat(30);
    await writeFile(join(office.root, 'parts.md'), text);
    for (const length of [4, 5, 6, 7, 8, 9, 10, 50]) {
      let content = '';
      let offset = 0;
      for (let go = true; go; ) {
        const { body } = await read(`?path=parts.md&offset=${offset}&length=${length}`);
        expect(body).toMatchObject({ encoding: 'utf-8', offset });
        content += body.content;
        offset += body.length;
        go = body.truncated;
      }
      expect(content).toBe(text);
    }
    const beyond = (await read('?path=parts.md&offset=99999')).body;
    expect(beyond).toMatchObject({ content: '', length: 0, truncated: false, size: Buffer.byteLength(text) });
  });

  it('that is no text comes as base64', async () => {
    const bytes = Buffer.from([0xff, 0xd8, 0x00, 0x41, 0xc3]);
    await writeFile(join(office.root, 'picture.jpg'), bytes);
    const { body } = await read('?path=picture.jpg');
    expect(body).toMatchObject({ encoding: 'base64', content: bytes.toString('base64'), size: 5, truncated: false });
    const part = (await read('?path=picture.jpg&offset=1&length=2')).body;
    expect(Buffer.from(part.content, 'base64')).toEqual(bytes.subarray(1, 3));
    await writeFile(join(office.root, 'cut.md'), '🎉');
    expect((await read('?path=cut.md&length=2')).body).toMatchObject({
      encoding: 'base64',
      length: 2,
      truncated: true,
    });
  });

  it('that is large is cut, and goes on where it was cut', async () => {
    const bytes = Buffer.alloc(2 * 1024 * 1024 + 10, 'x');
    await writeFile(join(office.root, 'large.log'), bytes);
    const first = (await read('?path=large.log')).body;
    expect(first).toMatchObject({ size: bytes.length, length: 1024 * 1024, truncated: true });
    const last = (await read(`?path=large.log&offset=${2 * 1024 * 1024}`)).body;
    expect(last).toMatchObject({ content: 'xxxxxxxxxx', truncated: false });
  });

  it('that is not there, or is none, is told', async () => {
    for (const path of ['nothing.md', 'mission-control', 'broken', '.', 'README.md/x']) {
      const { status, body } = await read(`?path=${path}`);
      expect([status, body.error]).toEqual([404, 'File not found']);
    }
  });

  it('that is a socket is refused', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => {
      server.listen(join(office.root, 'sock'), resolve);
    });
    expect((await read('?path=sock')).status).toBe(403);
    await new Promise((resolve) => {
      server.close(resolve);
    });
  });
});

it('what the settings allow is shown and read, and nothing else', async () => {
  const open = await startOffice({ settings: { allowFile: ['.env', 'mission-control/backend/data/*.db'] } });
  const { items } = (await open.get('/api/files/browse')).body;
  expect(items.map((item: { name: string }) => item.name)).toContain('.env');
  expect((await open.get('/api/files/read?path=.env')).status).toBe(200);
  expect((await open.get('/api/files/read?path=mission-control/backend/data/metrics.db')).body.encoding).toBe('base64');
  expect((await open.get('/api/files/read?path=.git/config')).status).toBe(403);
});
