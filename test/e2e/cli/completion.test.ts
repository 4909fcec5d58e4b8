import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makePlace, type Place, run, runJson, type Served, serve } from './mc.js';

const bin = join(import.meta.dirname, '..', '..', '..', 'bin', 'run.js');
/** What an agent may call its directory to have a shell do something. */
const HOSTILE = "x'; touch pwned; $(touch pwned) `touch pwned`";

let place: Place;
let served: Served;
beforeAll(async () => {
  place = await makePlace();
  await mkdir(join(place.office, 'mission-control', 'agents', HOSTILE), { recursive: true });
  served = await serve(place);
  await mkdir(join(place.home, 'bin'));
  await writeFile(join(place.home, 'bin', 'mc'), `#!/bin/sh\nexec '${process.execPath}' '${bin}' "$@"\n`);
  await chmod(join(place.home, 'bin', 'mc'), 0o755);
});
afterAll(async () => {
  await served.end();
  await place.clear();
});

const has = (program: string) => spawnSync('which', [program]).status === 0;
const complete = async (...words: string[]) =>
  (await run(place, ['complete', '--', ...words])).out.split('\n').filter((word) => word !== '');

describe('mc complete', () => {
  it('knows commands, flags, and the words that flags and arguments take', async () => {
    expect(await complete('ag')).toEqual(['agents']);
    expect(await complete('agents', '')).toEqual(['add', 'list', 'report', 'show']);
    expect(await complete('agents', 'list', '--st')).toEqual(['--status']);
    expect(await complete('agents', 'list', '--status', 'er')).toEqual(['error']);
    expect(await complete('autocomplete', '')).toEqual(['bash', 'zsh', 'powershell']);
    expect(await complete('complet')).toEqual([]);
  });

  it('knows ids of agents, tasks, backups and metrics as they are now', async () => {
    const where = ['-w', place.office];
    const { json } = await runJson(place, ['agents', 'list', ...where]);
    const ids = (json as { agents: { id: string }[] }).agents.map(({ id }) => id).filter((id) => id !== HOSTILE);
    expect(await complete(...where, 'agents', 'show', '')).toEqual(expect.arrayContaining(ids));
    expect(await complete('metrics', 'query', 'success')).toContain('success_rate');
    expect((await complete(...where, 'tasks', 'done', '')).length).toBeGreaterThan(0);
    expect((await complete(...where, 'backup', 'show', '')).length).toBeGreaterThan(0);
    expect((await complete(...where, 'tasks', 'list', '--assignee', '')).length).toBeGreaterThan(0);
  });

  it('is quiet without a server, and knows the directories of agents all the same', async () => {
    const other = join(place.home, 'other');
    await mkdir(join(other, 'mission-control', 'agents', 'scout'), { recursive: true });
    const agents = await run(place, ['complete', '--', '-w', other, 'agents', 'show', '']);
    expect(agents).toEqual({ status: 0, out: 'scout\n', err: '' });
    const nowhere = await run(place, ['complete', '--', '-w', join(place.home, 'nowhere'), 'tasks', 'done', '']);
    expect(nowhere).toEqual({ status: 0, out: '', err: '' });
  });
});

describe('mc autocomplete', () => {
  it('names the shells where none is known', async () => {
    const { status, err } = await run(place, ['autocomplete'], { env: { SHELL: '/bin/fish' } });
    expect(status).toBe(2);
    expect(err).toContain('mc autocomplete bash');
    expect((await run(place, ['autocomplete'], { env: { SHELL: '/usr/bin/zsh' } })).out).toContain('compdef _mc mc');
  });

  it.skipIf(!has('bash'))('completes in bash, and what it offers does nothing but stand there', () => {
    const script = `
      eval "$(mc autocomplete bash)"
      COMP_WORDS=(mc -w '${place.office}' agents show x); COMP_CWORD=5
      _mc_complete mc
      printf '%s\\n' "\${#COMPREPLY[@]}" "\${COMPREPLY[0]}"
      eval "offered=\${COMPREPLY[0]}"
      printf '%s\\n' "$offered"`;
    const env = { ...place.env, PATH: `${join(place.home, 'bin')}:${place.env.PATH}` };
    const out = execFileSync('bash', ['--norc', '-c', script], { env, cwd: place.home, encoding: 'utf8' });
    expect(out.split('\n')[0]).toBe('1');
    expect(out.split('\n')[2]).toBe(HOSTILE);
    expect(existsSync(join(place.home, 'pwned'))).toBe(false);
  });

  it.skipIf(!has('zsh'))('completes in zsh', () => {
    const script = `
      autoload -Uz compinit && compinit -u -D
      eval "$(mc autocomplete zsh)"
      compadd() { shift; print -rl -- "$@" }
      _files() { print FILES }
      words=(mc -w '${place.office}' agents show x); CURRENT=6
      _mc
      words=(mc no-such ''); CURRENT=3
      _mc`;
    const env = { ...place.env, PATH: `${join(place.home, 'bin')}:${place.env.PATH}` };
    const out = execFileSync('zsh', ['-f', '-c', script], { env, cwd: place.home, encoding: 'utf8' });
    expect(out).toBe(`${HOSTILE}\nFILES\n`);
    expect(existsSync(join(place.home, 'pwned'))).toBe(false);
  });
});
