// What the dashboard is measured against: a plain Ink table, each row a component, a render with each change.
// Arguments as those of tui-dashboard.mjs.
import { Readable, Writable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { countingTerminal, fleetSocket, silentKeyboard } from './tui-frames.mjs';

process.env.NODE_ENV = 'production';
const { createConnection, createMirror } = await import('../dist/src/client/index.js');
const { Box, Text, render } = await import('ink');
const { createElement: h, useSyncExternalStore } = await import('react');
const [agents, perTick, seconds] = process.argv.slice(2).map(Number);
const output = countingTerminal(Writable);
const mirror = createMirror();
const connection = createConnection({
  url: 'ws://127.0.0.1:1',
  socket: fleetSocket({ agents, perTick }),
  random: Math.random,
  now: Date.now,
});
connection.onFrame(mirror.apply);

const GLYPHS = { active: '●', busy: '◐', idle: '○', stale: '◌' };
const COLOURS = { active: 'green', busy: 'cyan', stale: 'yellow' };

function cell(width, text, properties = {}) {
  return h(Box, { width }, h(Text, { wrap: 'truncate', ...properties }, text));
}

function AgentRow({ agent }) {
  const { tasks_completed: done, tasks_failed: failed } = agent.counters;
  const age = Math.round((Date.now() - Date.parse(agent.last_active)) / 1000);
  return h(
    Box,
    {},
    cell(2, GLYPHS[agent.normalized_status] ?? '·', { color: COLOURS[agent.normalized_status] }),
    cell(14, agent.id),
    cell(14, agent.role ?? '–'),
    cell(60, agent.tasks[0]?.title ?? '–'),
    cell(8, String(done)),
    cell(8, String(failed)),
    cell(8, `${Math.round((done / (done + failed)) * 100)}%`),
    cell(10, `${age}s`),
  );
}

function Table() {
  const view = useSyncExternalStore(mirror.subscribe, mirror.getSnapshot);
  const rows = [...view.agents.values()].slice(0, 46);
  return h(
    Box,
    { flexDirection: 'column', height: 49 },
    h(Text, { bold: true }, `${view.agents.size} agents`),
    ...rows.map((agent) => h(AgentRow, { key: agent.id, agent })),
  );
}

const ink = render(h(Table), {
  stdout: output,
  stdin: silentKeyboard(Readable),
  exitOnCtrlC: false,
  patchConsole: false,
});
await delay(3000);
const before = { cpu: process.cpuUsage(), bytes: output.counted.bytes };
await delay(seconds * 1000);
const { user, system } = process.cpuUsage(before.cpu);
console.log(
  JSON.stringify({
    cpu_percent: (user + system) / 10_000 / seconds,
    bytes_per_second: (output.counted.bytes - before.bytes) / seconds,
  }),
);
connection.close();
ink.unmount();
process.exit(0);
