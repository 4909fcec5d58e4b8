// The dashboard's process for the bench `tui`: agents screen at 160x50 for some seconds, then its figures as one line of JSON.
// Arguments: agents, agents that change in each of 20 ticks a second, seconds.
import { Readable, Writable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { countingTerminal, fleetSocket, silentKeyboard } from './tui-frames.mjs';

process.env.NODE_ENV = 'production';
const { startApp } = await import('../dist/src/tui/app.js');
const { mountDashboard } = await import('../dist/src/tui/dashboard.js');
const [agents, perTick, seconds] = process.argv.slice(2).map(Number);
const output = countingTerminal(Writable);
const rest = { call: async () => ({}) };
const app = startApp({
  output,
  seek: (onServer) => async () => {
    onServer({ url: 'http://127.0.0.1:1', rest });
    return { url: 'ws://127.0.0.1:1' };
  },
  socket: fleetSocket({ agents, perTick }),
  now: Date.now,
  random: Math.random,
  options: { readonly: false, mouse: true, bell: false, theme: 'dark', unicode: true, startCommand: 'mc serve' },
  start: { screen: 'agents', filter: '' },
});
const unmount = mountDashboard(app, silentKeyboard(Readable), output);
await delay(3000);
const before = { cpu: process.cpuUsage(), bytes: output.counted.bytes, writes: output.counted.writes };
await delay(seconds * 1000);
const { user, system } = process.cpuUsage(before.cpu);
const figures = {
  cpu_percent: (user + system) / 10_000 / seconds,
  bytes_per_second: (output.counted.bytes - before.bytes) / seconds,
  frames_per_second: (output.counted.writes - before.writes) / seconds,
};
console.log(JSON.stringify(figures));
app.quit(0);
unmount();
process.exit(0);
