import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { execFileSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { answer, jsonl, makeOwnHome, NOW, type OwnHome, prompt, put } from './own-home.js';
import { inventory, type Reader, readOpenclaw, sessionOf } from './reading.js';

const LIVE = 'agents/main/sessions/s1.jsonl';
const DAY = 86_400_000;

function readerOf(home: OwnHome, kept?: Map<string, unknown>): Reader {
  const reader = readOpenclaw(home, kept);
  onTestFinished(() => reader.reader.close());
  return reader;
}

const inputs = (reader: Reader) =>
  reader
    .responses()
    .map(({ input }) => input)
    .toSorted((one, other) => one - other);

describe('files of transcripts', () => {
  it('are read on, and a line without an end waits for it', () => {
    const home = makeOwnHome();
    const path = home.write(LIVE, jsonl([answer(10)]));
    const reader = readerOf(home);
    reader.look();
    const line = jsonl([answer(20)]);
    appendFileSync(path, line.slice(0, 50));
    reader.look(NOW + 1000);
    expect(inputs(reader)).toEqual([10]);
    appendFileSync(path, line.slice(50));
    expect(reader.look(NOW + 2000).read.lines).toBe(1);
    expect(inputs(reader)).toEqual([10, 20]);
  });

  it('are read on after a start where they were left', () => {
    const home = makeOwnHome();
    const path = home.write(LIVE, jsonl([answer(10), prompt()]));
    const kept = new Map<string, unknown>();
    readerOf(home, kept).look();
    appendFileSync(path, jsonl([answer(20)]));
    const reader = readerOf(home, kept);
    expect(reader.look(NOW + 1000).read.lines).toBe(1);
    expect(inputs(reader)).toEqual([20]);
  });

  it('are read anew when another file takes their place, or when they are shorter', () => {
    const home = makeOwnHome();
    const first = answer(10);
    const path = home.write(LIVE, jsonl([first, answer(20)]));
    const reader = readerOf(home);
    reader.look();
    writeFileSync(`${path}.new`, jsonl([prompt(), first, answer(30)]));
    renameSync(`${path}.new`, path);
    expect(reader.look(NOW + 1000).read.lines).toBe(3);
    truncateSync(path, 0);
    writeFileSync(path, jsonl([first]));
    reader.look(NOW + 2000);
    expect(inputs(reader)).toEqual([10, 20, 30]);
  });

  it('that are gone leave what was counted, and their session with them', () => {
    const home = makeOwnHome();
    const path = home.write(LIVE, jsonl([answer(10)]));
    const reader = readerOf(home);
    expect(reader.look().sessions).toHaveLength(1);
    rmSync(path);
    expect(reader.look(NOW + 120_000).sessions).toEqual([]);
    expect(inputs(reader)).toEqual([10]);
    expect([...reader.kept.keys()].filter((name) => name.startsWith('sessions:'))).toEqual([]);
  });

  it('that were reset keep what they count in the session that goes on', () => {
    const home = makeOwnHome();
    const [first, second] = [answer(10), answer(20, { stopReason: 'error' })];
    home.write(`${LIVE}.reset.2026-11-19T16-00-16.620Z`, jsonl([first, second]));
    home.write(LIVE, jsonl([first, second, answer(30)]));
    home.global().close();
    const reader = readerOf(home);
    const look = reader.look();
    expect(inputs(reader)).toEqual([10, 20, 30]);
    expect(look.sessions).toHaveLength(1);
    expect(sessionOf(look, 's1')).toMatchObject({ errors: 1, live: { status: 'waiting', reason: 'turn_ended' } });
  });

  it('may have a byte order mark, other ends of lines and blank lines', () => {
    const home = makeOwnHome();
    home.write(LIVE, `\uFEFF${JSON.stringify(answer(10))}\r\n\r\n  \n${JSON.stringify(answer(20))}\r\n{"torn":\r\n`);
    const reader = readerOf(home);
    expect(reader.look().read).toEqual({ lines: 3, malformed: 1 });
    expect(inputs(reader)).toEqual([10, 20]);
  });

  it('that are links, directories or FIFOs are not read, and do not hold anything up', () => {
    const home = makeOwnHome();
    const sessions = join(home.state, 'agents/main/sessions');
    writeFileSync(join(home.root, 'outside.jsonl'), jsonl([answer(66)]));
    symlinkSync(join(home.root, 'outside.jsonl'), join(sessions, 'link.jsonl'));
    mkdirSync(join(sessions, 'folder.jsonl'));
    execFileSync('mkfifo', [join(sessions, 'fifo.jsonl')]);
    mkdirSync(join(home.state, 'agents/linked'));
    mkdirSync(join(home.root, 'elsewhere'));
    writeFileSync(join(home.root, 'elsewhere', 'x.jsonl'), jsonl([answer(66)]));
    symlinkSync(join(home.root, 'elsewhere'), join(home.state, 'agents/linked/sessions'));
    home.write(LIVE, jsonl([answer(10)]));
    const reader = readerOf(home);
    reader.look();
    expect(inputs(reader)).toEqual([10]);
  });

  it('that are packed and damaged are reported, and others are read', () => {
    const home = makeOwnHome();
    home.write('agents/main/sessions/bad.jsonl.deleted.2026.zst', 'not zstd');
    home.write(LIVE, jsonl([answer(10)]));
    const reader = readerOf(home);
    expect(reader.look().warnings).toEqual([
      '.openclaw/agents/main/sessions/bad.jsonl.deleted.2026.zst: is not zstd data',
    ]);
    expect(inputs(reader)).toEqual([10]);
    expect(reader.look(NOW + 120_000).warnings).toHaveLength(1);
  });

  it.skipIf(process.getuid?.() === 0)('that may not be read are reported, until they may be', () => {
    const home = makeOwnHome();
    const path = home.write(LIVE, jsonl([answer(10)]));
    chmodSync(path, 0);
    const reader = readerOf(home);
    expect(reader.look().warnings).toEqual(['.openclaw/agents/main/sessions/s1.jsonl: permission denied']);
    chmodSync(path, 0o600);
    expect(reader.look(NOW + 120_000).warnings).toEqual([]);
    expect(inputs(reader)).toEqual([10]);
  });
});

describe('sessions that a file lists', () => {
  it('have their status, their context and their names from there, while no database has them', () => {
    const home = makeOwnHome();
    for (const id of ['s1', 's2', 's3', 'old'])
      home.write(`agents/main/sessions/${id}.jsonl`, jsonl([prompt(), answer(1)]));
    const list = {
      'agent:main:telegram:direct:4711': {
        sessionId: 's1',
        totalTokens: 50,
        totalTokensFresh: true,
        contextTokens: 200,
      },
      'agent:main:subagent:x': {
        sessionId: 's2',
        status: 'done',
        spawnedBy: 'agent:main:telegram:direct:4711',
        label: 'Look it up',
      },
      'agent:main:cron:nightly:run:1': { sessionId: 's3', status: 'running' },
    };
    home.write('agents/main/sessions/sessions.json', JSON.stringify(list));
    home.global().close();
    const reader = readerOf(home);
    const look = reader.look();
    const [s1, s2, s3, old] = ['s1', 's2', 's3', 'old'].map((id) => sessionOf(look, id));
    expect(s1).toMatchObject({
      kind: 'main',
      title: 'telegram direct',
      context_tokens: 50,
      context_limit: 200,
      subagents: 1,
    });
    expect(s1?.live).toMatchObject({ status: 'waiting', reason: 'turn_ended', evidence: { source: 'transcript' } });
    expect(s2).toMatchObject({ kind: 'subagent', parent: 's1', title: 'Look it up', live: { status: 'gone' } });
    expect(s2?.live.evidence).toMatchObject({ source: 'registry', field: 'status', value: 'done' });
    expect(s3).toMatchObject({ kind: 'cron', title: 'cron', live: { status: 'waiting' } });
    expect(old?.live).toMatchObject({ status: 'gone' });
    home.write('agents/main/sessions/sessions.json', '{"half');
    const half = reader.look(NOW + 1000);
    expect(half.warnings).toEqual(['.openclaw/agents/main/sessions/sessions.json: is not JSON']);
    expect(sessionOf(half, 's1').title).toBe('telegram direct');
  });
});

describe('rollouts inside an agent', () => {
  const thread = '01a1f753-6480-78a7-88f8-ac8ebb2e5b1f';
  const day = join('agents/main/agent/codex-home/sessions/2026/11/20');
  const at = (second: number) => new Date(NOW - 600_000 + second * 1000).toISOString();
  const usage = { input_tokens: 100, cached_input_tokens: 40, output_tokens: 7, total_tokens: 107 };
  const rollout = [
    { timestamp: at(0), type: 'session_meta', payload: { id: thread, cwd: '/home/dev/ws', source: 'vscode' } },
    { timestamp: at(1), type: 'turn_context', payload: { turn_id: 't', model: 'gpt-6-astra' } },
    {
      timestamp: at(2),
      type: 'token_usage_record',
      payload: { thread_id: thread, turn_id: 't', response_id: 'r1', usage },
    },
  ];
  const mirror = () =>
    answer(60, {
      usage: { input: 60, output: 7, cacheRead: 40 },
      idempotencyKey: `codex-app-server:${thread}:t:assistant`,
    });

  it('are of the session that names their thread, also when it does so later', () => {
    const home = makeOwnHome();
    home.write(join(day, `rollout-2026-11-20T05-00-00-${thread}.jsonl`), jsonl(rollout));
    const database = home.database();
    onTestFinished(() => {
      database.close();
    });
    put(database, 's1', [prompt()]);
    const reader = readerOf(home);
    const before = reader.look();
    expect(reader.responses()).toMatchObject([{ session: thread, input: 60, cache_read: 40, output: 7 }]);
    expect(sessionOf(before, thread)).toMatchObject({ hidden: true, agentId: 'main', cwdRaw: '/home/dev/ws' });
    put(database, 's1', [mirror()], 1);
    const look = reader.look(NOW + 1000);
    expect(reader.responses()).toMatchObject([{ session: 's1', replica: false, input: 60 }]);
    expect(look.sessions.map(({ id }) => id)).toEqual(['s1']);
  });

  it('are not read again after a start, when a file names their thread', () => {
    const home = makeOwnHome();
    home.write(join(day, `rollout-2026-11-20T05-00-00-${thread}.jsonl`), jsonl(rollout));
    home.write(LIVE, jsonl([prompt(), mirror()]));
    const kept = new Map<string, unknown>();
    readerOf(home, kept).look();
    const again = readerOf(home, kept);
    expect(again.look().read.lines).toBe(0);
    expect(again.responses()).toEqual([]);
  });

  it('stand for their mirror in a transcript, and without them it counts', () => {
    const home = makeOwnHome();
    const database = home.database();
    put(database, 's1', [prompt(), mirror()]);
    database.close();
    const alone = readerOf(home);
    alone.look();
    expect(alone.responses()).toMatchObject([{ session: 's1', replica: true }]);
  });
});

describe('agents', () => {
  it('are found by folders, by either form of the config, and by databases that were opened', () => {
    const home = makeOwnHome();
    const elsewhere = join(home.root, 'srv', 'ops');
    mkdirSync(join(elsewhere, 'sessions'), { recursive: true });
    writeFileSync(join(elsewhere, 'sessions', 'o1.jsonl'), jsonl([answer(30)]));
    home.write(
      'openclaw.json',
      `{ agents: { list: [ { id: 'Ops', name: 'Operations', agentDir: '${elsewhere}', }, { id: '../x' }, 7 ] } } // JSON5`,
    );
    home.write(LIVE, jsonl([answer(10)]));
    home.write('agents/scout/sessions/f.jsonl', jsonl([answer(20)]));
    const global = home.global();
    global.exec('CREATE TABLE agent_databases(agent_id TEXT, path TEXT)');
    const named = home.write('named/openclaw-agent.sqlite', '');
    global.prepare('INSERT INTO agent_databases VALUES (?, ?)').run('late', named);
    global
      .prepare('INSERT INTO agent_databases VALUES (?, ?)')
      .run('late', join(dirname(named), 'incognito-openclaw-agent.sqlite'));
    global.close();
    const reader = readerOf(home);
    const look = reader.look();
    expect(look.agents).toEqual([
      { id: 'late', name: null },
      { id: 'main', name: null },
      { id: 'ops', name: 'Operations' },
      { id: 'scout', name: null },
    ]);
    expect(inputs(reader)).toEqual([10, 20, 30]);
    expect(JSON.stringify([look, [...reader.kept]])).not.toContain('incognito');
  });

  it('are read though the config is none, which is reported', () => {
    const home = makeOwnHome();
    home.write('openclaw.json', '{ agents: ');
    home.write(LIVE, jsonl([answer(10)]));
    const reader = readerOf(home);
    expect(reader.look().warnings).toEqual(['.openclaw/openclaw.json: is not JSON5']);
    expect(inputs(reader)).toEqual([10]);
  });

  it('are none where there is no OpenClaw', () => {
    const home = makeOwnHome();
    const reader = readOpenclaw(home, new Map(), join(home.root, 'nowhere'));
    expect(reader.look()).toMatchObject({
      state: 'absent',
      agents: [],
      sessions: [],
      cron: [],
      gateway: null,
      warnings: [],
    });
    reader.reader.close();
  });
});

describe('cron jobs in files', () => {
  it('are counted with their runs, and fossils are not', () => {
    const home = makeOwnHome();
    const job = {
      id: 'nightly',
      name: 'Nightly',
      schedule: { kind: 'every', everyMs: 1_800_000 },
      payload: { message: 'private' },
      state: { nextRunAtMs: NOW + 1000, lastRunAtMs: NOW - 1000, lastStatus: 'ok', lastRunStatus: 'error' },
    };
    home.write(
      'cron/jobs.json',
      JSON.stringify({
        version: 1,
        jobs: [job, { id: 'once', enabled: false, schedule: { kind: 'at', at: NOW + DAY } }],
      }),
    );
    home.write('cron/jobs.json.migrated', JSON.stringify({ jobs: [{ id: 'fossil' }] }));
    const runs = ['ok', 'error', 'ok', 'error', 'error'].map((status, index) => ({
      jobId: 'nightly',
      action: 'finished',
      status,
      runAtMs: NOW - (9 - index) * 60_000,
    }));
    home.write(
      'cron/runs/nightly.jsonl',
      `${jsonl([...runs, { jobId: 'nightly', action: 'started', runAtMs: NOW }])}torn{`,
    );
    const look = readerOf(home).look();
    const common = { runtime: 'openclaw', agent: 'openclaw:main', tz: null };
    expect(look.cron).toEqual([
      {
        ...common,
        id: 'nightly',
        name: 'Nightly',
        enabled: true,
        schedule: 'every 30m',
        next_run_at: new Date(NOW + 1000).toISOString(),
        last_run_at: new Date(NOW - 1000).toISOString(),
        last_status: 'error',
        consecutive_errors: 2,
        runs: 5,
        errors: 3,
        flapping: false,
      },
      {
        ...common,
        id: 'once',
        name: 'once',
        enabled: false,
        schedule: new Date(NOW + DAY).toISOString(),
        next_run_at: null,
        last_run_at: null,
        last_status: null,
        consecutive_errors: 0,
        runs: 0,
        errors: 0,
        flapping: false,
      },
    ]);
    expect(JSON.stringify(look)).not.toContain('private');
  });
});

it('changes nothing in a home of files', () => {
  const home = makeOwnHome();
  home.write(LIVE, jsonl([answer(10)]));
  home.write('cron/jobs.json', '{}');
  const before = inventory(home.home);
  const reader = readerOf(home);
  reader.look();
  reader.look(NOW + 120_000);
  expect(inventory(home.home)).toEqual(before);
});
