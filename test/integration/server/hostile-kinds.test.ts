import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { basename, dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { emptyDirectory, type Office, officeCopy, startOffice } from './office.js';

const LONG = { timeout: 30_000, interval: 100 };
const API = 'mission-control/agents/api';
const OFFICE_FILE = 'mission-control/current_office_state.json';
const DATABASE = 'mission-control/backend/data/metrics.db';
const LOCK = 'mission-control/backend/pids/server.lock';
const QUEUE = 'mission-control/TASK_QUEUE.md';
/** What the server reads, with what is there when it starts; null: it makes the file itself. */
const FILES: Record<string, string | null> = {
  'mc.config.json': '{}',
  '.mcignore': 'nothing\n',
  'PENDING_TASKS.md': '- [ ] one\n',
  [QUEUE]: '- [ ] two\n',
  'mission-control/TASK_QUEUE.json': '{"tasks":["three"]}',
  [OFFICE_FILE]: '{"positions":{"api":"ops_center"}}',
  [DATABASE]: null,
  [LOCK]: null,
  'mission-control/backups/backup_metadata.json': '{}',
  [`${API}/state.json`]: '{"status":"active"}',
  [`${API}/agent.json`]: '{"name":"Api"}',
  [`${API}/SOUL.md`]: '# Api\n',
  [`${API}/HEARTBEAT.md`]: 'alive\n',
  [`${API}/status.json`]: '{"status":"active"}',
  [`${API}/memory/day.md`]: 'a day\n',
  [`${API}/tasks/one.json`]: '{"id":"one","description":"a task"}',
  [`${API}/.mcignore`]: 'nothing\n',
};

/** What agents can put in a file's place, and the word by which it is called. */
const KINDS: Record<string, { make: (path: string, outside: string) => void | Promise<void>; word: RegExp }> = {
  'a FIFO': { make: (path) => void execFileSync('mkfifo', [path]), word: /FIFO/ },
  'a directory': { make: (path) => mkdirSync(path), word: /directory/ },
  'a link to itself': { make: (path) => symlinkSync(basename(path), path), word: /link/ },
  'a link that leads out': { make: (path, outside) => symlinkSync(outside, path), word: /link that leads out/ },
  'a link to a device': { make: (path) => symlinkSync('/dev/zero', path), word: /link that leads out/ },
  'a file of 5 GB': {
    make: (path) => {
      writeFileSync(path, '');
      truncateSync(path, 5 * 2 ** 30);
    },
    word: /larger than/,
  },
  'a socket': { make: makeSocket, word: /socket/ },
  'a file that nobody may read': {
    make: (path) => {
      writeFileSync(path, '{}');
      chmodSync(path, 0);
    },
    word: /permission denied/,
  },
};

/** Root reads what nobody may read. */
const READS_ALL = process.getuid?.() === 0;

describe('whatever an agent puts in the place of each file that the server reads', () => {
  for (const [kind, { make, word }] of Object.entries(KINDS)) {
    it(`lets it live, say what is wrong, and recover: ${kind}`, { timeout: 180_000 }, async () => {
      const office = await startOffice({ root: await furnished(), settings: { collectInterval: 1000 } });
      const secret = join(await emptyDirectory(), 'secret');
      writeFileSync(secret, '{"status":"SECRET"}');
      for (const path of Object.keys(FILES).map((name) => join(office.root, name))) {
        renameSync(path, `${path}.aside`);
        await make(path, secret);
      }
      const isNamed = !(READS_ALL && kind === 'a file that nobody may read');
      if (isNamed) await expectNamed(office, word);
      const answers = ['health', 'agents', 'agents/api', 'tasks', 'system/status', 'backups'];
      for (const path of answers) {
        const { status, text } = await office.get(`/api/${path}`);
        expect(status, `${path}: ${text}`).toBe(200);
        expect(text).not.toContain('SECRET');
      }
      for (const name of Object.keys(FILES)) putBack(join(office.root, name));
      await expectRecovered(office);
    });
  }

  it('takes its lock again', { timeout: 60_000 }, async () => {
    const office = await startOffice({ root: await furnished() });
    const path = join(office.root, LOCK);
    rmSync(path);
    mkdirSync(join(path, 'deep'), { recursive: true });
    await expect.poll(() => lstatSync(path, { throwIfNoEntry: false })?.isFile(), LONG).toBe(true);
    expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ pid: process.pid });
  });
});

/** A workspace in which every one of the files is. */
async function furnished(): Promise<string> {
  const root = await officeCopy();
  for (const [name, text] of Object.entries(FILES)) {
    if (text === null) continue;
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  return root;
}

/** Each reading that is affected names its file and what lies there. */
async function expectNamed(office: Office, word: RegExp): Promise<void> {
  for (const name of ['state.json', 'agent.json', 'SOUL.md', 'tasks/one.json']) {
    const reasons = async () => {
      const { warnings } = (await office.get('/api/agents/api')).body as { warnings: Warning[] };
      return warnings.find(({ file }) => file === name)?.reason;
    };
    await expect.poll(reasons, LONG).toMatch(word);
  }
  for (const name of ['PENDING_TASKS.md', QUEUE, 'mission-control/TASK_QUEUE.json', OFFICE_FILE]) {
    const told = async () => {
      const { notifications } = (await office.get('/api/notifications?limit=200')).body as { notifications: unknown[] };
      return notifications.map((one) => JSON.stringify(one)).find((text) => text.includes(name) && word.test(text));
    };
    await expect.poll(told, LONG).toBeTruthy();
  }
  const pipeline = async () => ((await office.get('/api/health')).body as Health).services.pipeline;
  await expect.poll(pipeline, LONG).toMatch(/the database (was|cannot)|the last collection failed/);
}

async function expectRecovered(office: Office): Promise<void> {
  const row = async () => (await office.get('/api/agents/api')).body as { normalized_status: string; warnings?: [] };
  await expect.poll(async () => (await row()).normalized_status, LONG).toBe('active');
  await expect.poll(async () => (await row()).warnings ?? [], LONG).toEqual([]);
  const tasks = async () => ((await office.get('/api/tasks')).body as { tasks: { text: string }[] }).tasks;
  await expect
    .poll(async () => (await tasks()).map(({ text }) => text), LONG)
    .toEqual(expect.arrayContaining(['one', 'two', 'three']));
  const metrics = async () => (await office.get('/api/agents/api/history?hours=1')).status;
  await expect.poll(metrics, LONG).toBe(200);
  expect(((await office.get('/api/health')).body as Health).status).not.toBe('unhealthy');
}

interface Warning {
  file: string;
  reason: string;
}

interface Health {
  status: string;
  services: { pipeline: string };
}

/** What the server has made anew meanwhile goes too: what was there first is put in its place. */
function putBack(path: string): void {
  rmSync(path, { recursive: true, force: true });
  renameSync(`${path}.aside`, path);
}

/** A name that a socket listens at, left behind as a process leaves it that dies. */
async function makeSocket(path: string): Promise<void> {
  // A path of a socket may only be some hundred bytes long.
  const short = `/tmp/mc-socket-${process.pid}`;
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(short, resolve));
  renameSync(short, path);
  await new Promise((resolve) => server.close(resolve));
}
