import { type ChildProcess, spawn } from 'node:child_process';
import { lstat, mkdir, readdir, readFile, rename, symlink, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import { emptyDirectory, type Office, startOffice } from './office.js';

const agents: ChildProcess[] = [];
afterEach(() => {
  for (const agent of agents.splice(0)) agent.kill('SIGKILL');
});

/** A process of its own that does something to a file until its input ends; resolves with how often it did. */
function startAgent(body: string, path: string): { end: () => Promise<number>; begun: Promise<void> } {
  const script = `const fs=require('fs');const path=process.argv[1];let n=0,over=false;process.stdin.resume().on('end',()=>{over=true});
    console.log('begun');const turn=()=>{if(over){console.log(n);return}${body};n+=1;setTimeout(turn,10)};turn();`;
  const agent = spawn(process.execPath, ['-e', script, path], { stdio: ['pipe', 'pipe', 'inherit'] });
  agents.push(agent);
  let said = '';
  agent.stdout.on('data', (data) => {
    said += String(data);
  });
  const begun = new Promise<void>((resolve) => agent.stdout.once('data', () => resolve()));
  const closed = new Promise((resolve) => agent.once('close', resolve));
  return {
    begun,
    async end() {
      agent.stdin.end();
      await closed;
      return Number(said.trim().split('\n').at(-1));
    },
  };
}

const EDITS = 102;
const path = (office: Office, ...names: string[]) => join(office.root, 'mission-control', ...names);

describe('beside an agent that writes the same file', () => {
  it('new tasks and changed ones take none of its lines away', async () => {
    const office = await startOffice();
    const file = path(office, 'PENDING_TASKS.md');
    const { body } = await office.send('POST', '/api/tasks/create', { tasks: [{ title: 'first', id: 'OWN-1' }] });
    const [key] = body.ids as string[];
    const agent = startAgent('fs.appendFileSync(path,`line ${n} of the agent\\n`)', file);
    await agent.begun;
    for (let edit = 0; edit < EDITS; edit += 1) {
      const answer = await (edit % 3 === 0
        ? office.send('POST', '/api/tasks/create', { tasks: [{ title: `task ${edit} of ours` }] })
        : office.send('PATCH', `/api/tasks/${encodeURIComponent(key ?? '')}`, {
            status: edit % 2 === 0 ? 'in_progress' : 'blocked',
          }));
      expect(answer.status, answer.text).toBeLessThan(300);
    }
    const written = await agent.end();
    const lines = (await readFile(file, 'utf8')).split('\n');
    expect(lines.filter((line) => line.endsWith('of the agent'))).toHaveLength(written);
    expect(new Set(lines.filter((line) => line.endsWith('of the agent'))).size).toBe(written);
    expect(lines.filter((line) => line.endsWith('of ours'))).toHaveLength(EDITS / 3);
  }, 180_000);

  it('reports take hardly ever a state of its away', async () => {
    const write = 'fs.writeFileSync(path+".tmp",JSON.stringify(o));fs.renameSync(path+".tmp",path)';
    const office = await startOffice();
    const file = path(office, 'agents', 'api', 'state.json');
    await writeFile(file, '{"status":"idle","mine":{}}');
    const body = `const o=JSON.parse(fs.readFileSync(path,'utf8'));o.mine["k"+n]=n;${write}`;
    const agent = startAgent(body, file);
    await agent.begun;
    let refused = 0;
    for (let edit = 0; edit < EDITS; edit += 1) {
      const answer = await office.send('POST', '/api/agents/api/report', { status: edit % 2 ? 'busy' : 'idle' });
      if (answer.status !== 200) {
        // Nothing but a clear word that the agent writes without a pause.
        expect([answer.status, answer.body.code]).toEqual([409, 'busy']);
        refused += 1;
      }
    }
    const written = await agent.end();
    const { mine } = JSON.parse(await readFile(file, 'utf8')) as { mine: object };
    expect(Object.keys(mine)).toHaveLength(written);
    expect(refused).toBeLessThan(EDITS / 10);
  }, 180_000);
});

describe('through links', () => {
  it('an own write is answered with what it made', async () => {
    const office = await startOffice();
    const store = join(office.root, 'store');
    await mkdir(store);
    const state = path(office, 'agents', 'api', 'state.json');
    await rename(state, join(store, 's.json'));
    await symlink('../../../store/s.json', state);
    const queue = path(office, 'TASK_QUEUE.md');
    await rename(queue, join(store, 'queue.md'));
    await symlink('../store/queue.md', queue);
    for (const status of ['error', 'idle', 'busy']) {
      const answer = await office.send('POST', '/api/agents/api/report', { status });
      expect(answer.body.agent.status).toBe(status);
    }
    const [task] = (await office.get('/api/tasks?limit=500')).body.tasks.filter(
      ({ source, status }: { source: string; status: string }) =>
        source === 'mission-control/TASK_QUEUE.md' && status !== 'completed',
    );
    await office.send('PATCH', `/api/tasks/${encodeURIComponent(task.key)}`, { status: 'completed' });
    const after = (await office.get('/api/tasks?limit=500')).body.tasks;
    expect(after.find(({ key }: { key: string }) => key === task.key).status).toBe('completed');
    expect((await lstat(state)).isSymbolicLink() && (await lstat(queue)).isSymbolicLink()).toBe(true);
  });

  it('a directory that is exchanged all the time never leads a report out', async () => {
    const office = await startOffice();
    const outside = await emptyDirectory();
    await writeFile(join(outside, 'state.json'), '{"secret":true}');
    const directory = path(office, 'agents', 'racer');
    await mkdir(directory);
    await writeFile(join(directory, 'state.json'), '{"status":"idle"}');
    await expect.poll(async () => (await office.get('/api/agents/racer')).status).toBe(200);
    const swap = `for(let i=0;i<20;i++){fs.renameSync(path,path+'.real');fs.symlinkSync(${JSON.stringify(outside)},path);fs.unlinkSync(path);fs.renameSync(path+'.real',path)}`;
    const agent = startAgent(swap, directory);
    await agent.begun;
    const statuses = new Map<number, number>();
    for (let round = 0; round < 20; round += 1) {
      const reports = Array.from({ length: 20 }, () =>
        office.send('POST', '/api/agents/racer/report', { status: round % 2 ? 'busy' : 'idle' }),
      );
      for (const { status } of await Promise.all(reports)) statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }
    expect(await agent.end()).toBeGreaterThan(0);
    expect(await readdir(outside)).toEqual(['state.json']);
    expect(await readFile(join(outside, 'state.json'), 'utf8')).toBe('{"secret":true}');
    expect([...statuses.keys()].filter((status) => ![200, 403, 404, 409].includes(status))).toEqual([]);
    expect((await readdir(directory)).filter((name) => name.endsWith('.mc-tmp'))).toEqual([]);
  }, 180_000);
});

describe('what a client breaks off', () => {
  it('is not an error of the server', async () => {
    const lines: string[] = [];
    const office = await startOffice({
      log: pino({ level: 'warn' }, { write: (line: string) => void lines.push(line) }),
    });
    await new Promise<void>((resolve) => {
      const upload = request({
        port: office.port,
        method: 'POST',
        path: '/api/agents/api/report',
        headers: { 'content-type': 'application/json', 'content-length': 1000 },
      });
      upload.once('error', () => {}).once('close', () => resolve());
      upload.write('{"status":', () => upload.destroy());
    });
    expect((await office.get('/api/health')).status).toBe(200);
    expect(lines.filter((line) => line.includes('a request failed'))).toEqual([]);
  });
});
