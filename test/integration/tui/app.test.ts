import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { McError } from '../../../src/base/index.js';
import { silentLog } from '../../../src/base/log.js';
import { startServer } from '../../../src/server/index.js';
import { cleanLater, officeCopy, settingsWith } from '../server/office.js';
import { reached, sitDown } from './sitting.js';
import { quietAlerts } from '../../support/quiet-alerts.js';

const SOON = { timeout: 10_000, interval: 30 };

async function serve(root: string, ports: { port?: number; wsPort?: number } = {}) {
  const server = await startServer({
    workspace: root,
    settings: await settingsWith(ports),
    log: silentLog(),
    alertsFile: quietAlerts(),
  });
  cleanLater(() => server.stop());
  return server;
}

async function atWork(options = {}, start = {}) {
  const root = await officeCopy();
  const server = await serve(root);
  const sitting = sitDown(() => Promise.resolve(reached(server.http, server.ws)), options, start);
  await expect.poll(sitting.text, SOON).toContain('● live');
  return { root, server, ...sitting };
}

const state = (root: string, id: string) => join(root, 'mission-control', 'agents', id, 'state.json');

describe('a dashboard at a real server', () => {
  it('shows the fleet, and a file that changes appears by itself', async () => {
    const { root, text, press } = await atWork({}, { screen: 'agents' });
    expect(text()).toContain('courier');
    await writeFile(state(root, 'courier'), JSON.stringify({ status: 'error', current_tasks: ['Carry the news'] }));
    await expect.poll(text, SOON).toContain('Carry the news');
    await rm(join(root, 'mission-control', 'agents', 'courier'), { recursive: true });
    await expect.poll(text, SOON).not.toContain('courier');
    await mkdir(join(root, 'mission-control', 'agents', 'newcomer'));
    await writeFile(state(root, 'newcomer'), '{"status":"busy"}');
    await expect.poll(text, SOON).toContain('newcomer');
    press('6');
    await expect.poll(text, SOON).toContain('agent_removed');
  });

  it('changes the workspace through the server: a status, a task, done and undone', async () => {
    const { text, press } = await atWork({}, { screen: 'agents', filter: 'tester' });
    press('s', 'idle', { return: true });
    await expect.poll(text, SOON).toContain('○ tester');
    press('4', 'n', 'Sweep the floor @tester P1', { return: true });
    // In the list, not only in the line that says it is being added.
    await expect.poll(text, SOON).toMatch(/○ .*Sweep the floor/);
    press('/', 'sweep', { return: true }, 'd');
    await expect.poll(text, SOON).toContain('u takes');
    await expect.poll(text, SOON).toContain('✓');
    press('u');
    await expect.poll(text, SOON).toMatch(/○ .*Sweep the floor/);
  });

  it('says what a server refuses', async () => {
    const { text, press } = await atWork({}, { screen: 'agents' });
    press(':', 'note nobody-here hello', { return: true });
    await expect.poll(text, SOON).toContain('✕ adding a note to nobody-here');
  });

  it('sees a notification of somebody else, and acknowledges it for everyone', async () => {
    const { server, text, press } = await atWork({}, { screen: 'notifications' });
    await fetch(`${server.http}/api/notifications`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"message":"the roof leaks","level":"critical"}',
    });
    await expect.poll(text, SOON).toContain('the roof leaks');
    press({ home: true }, 'a');
    press('A');
    await expect.poll(text, SOON).toContain('0 unread');
  });
});

describe('a server that goes and comes', () => {
  it('is missed at once, its figures are marked as old, and it is found again', async () => {
    const root = await officeCopy();
    let server = await serve(root);
    const { text } = sitDown(() => Promise.resolve(reached(server.http, server.ws)), {}, { screen: 'agents' });
    await expect.poll(text, SOON).toContain('● live');
    await server.stop();
    await expect.poll(text, SOON).toContain('reconnecting');
    await expect.poll(text, SOON).toContain('not live: this is the state of');
    expect(text()).toContain('tester');
    // On other ports: it is looked for anew.
    server = await serve(root);
    await expect.poll(text, { timeout: 20_000, interval: 50 }).toContain('● live');
    expect(text()).not.toContain('not live');
  });

  it('is waited for, with the command that starts one', async () => {
    const root = await officeCopy();
    let server: Awaited<ReturnType<typeof serve>> | null = null;
    const reach = () =>
      server
        ? Promise.resolve(reached(server.http, server.ws))
        : Promise.reject(
            new McError('server.unreachable', 'no server answers at http://127.0.0.1:8080', { hint: 'start one' }),
          );
    const { text, press } = sitDown(reach, { startCommand: 'mc serve --workspace /w' });
    await expect.poll(text, SOON).toContain('✕ no server');
    expect(text()).toContain('mc serve --workspace /w');
    expect(text()).toContain('mc status --embedded');
    server = await serve(root);
    press('r');
    await expect.poll(text, SOON).toContain('● live');
  });

  it('that refuses the token is not asked for ever', async () => {
    const root = await officeCopy();
    const settings = await settingsWith({ token: 'right' });
    const server = await startServer({ workspace: root, settings, log: silentLog(), alertsFile: quietAlerts() });
    cleanLater(() => server.stop());
    const { text } = sitDown(() => Promise.resolve(reached(server.http, server.ws, 'wrong')));
    await expect.poll(text, SOON).toContain('refused');
    expect(text()).toContain('mc token create');
  });
});

describe('the terminal', () => {
  it('is taken and given back, whole', async () => {
    const { app, written, press } = await atWork();
    expect(written[0]).toContain('\u001b[?1049h');
    expect(written[0]).toContain('\u001b[?25l');
    press('q');
    await expect(app.done).resolves.toBe(0);
    const last = written.at(-1) ?? '';
    for (const sequence of ['\u001b[?2004l', '\u001b[?1006l', '\u001b[?7h', '\u001b[?25h', '\u001b[?1049l'])
      expect(last).toContain(sequence);
  });

  it('is drawn anew after a resize, without leftovers', async () => {
    const { text, resize, press } = await atWork();
    press('2');
    for (const [columns, rows] of [
      [200, 50],
      [20, 5],
      [80, 24],
    ] as const) {
      resize(columns, rows);
      await expect.poll(() => text().split('\n').length, SOON).toBe(rows);
      await expect.poll(text, SOON).toContain('● live');
      expect(
        text()
          .split('\n')
          .every((line) => line.length <= columns),
      ).toBe(true);
    }
  });

  it('gets at most ten frames a second, and none when nothing changes but the ages', async () => {
    const { root, written } = await atWork({}, { screen: 'events' });
    const before = written.length;
    const began = Date.now();
    for (let turn = 0; turn < 60; turn++)
      await writeFile(
        state(root, 'tester'),
        JSON.stringify({ status: turn % 2 ? 'busy' : 'active', tasks_completed: turn }),
      );
    await expect.poll(() => written.length, SOON).toBeGreaterThan(before);
    await expect.poll(() => Date.now() - began, SOON).toBeGreaterThan(1500);
    const seconds = (Date.now() - began) / 1000;
    expect(written.length - before).toBeLessThanOrEqual(seconds * 10 + 2);
  });
});
