import { createInterface } from 'node:readline';
import Sqlite from 'better-sqlite3';
import { createDelivery } from '../../src/alerts/delivery/delivery.js';
import { parseTargets } from '../../src/alerts/delivery/target-list.js';
import { firingAlert } from './firing.js';

// Run as a process of its own, to be killed: DATABASE URL OFFSET. Each line on stdin is an agent of which an alert is queued.
const [path = '', url = '', offset = '0'] = process.argv.slice(2);
const database = new Sqlite(path);
database.pragma('journal_mode = WAL');
database.pragma('synchronous = NORMAL');
const targets = parseTargets([{ name: 'ops', url, private: true }], 'alerts.json');
const say = (word: string) => process.stdout.write(`${word}\n`);
const delivery = createDelivery({
  targets: { targets: () => targets, error: () => null },
  alertmanagers: [],
  smtp: { url: null, from: null },
  host: 'host-1',
  url: 'http://127.0.0.1:8080',
  clock: { now: () => Date.now() + Number(offset) },
  log: { info: () => {}, warn: () => {}, error: (...words: unknown[]) => say(`error ${JSON.stringify(words)}`) },
  notify: ({ message }) => say(`notified ${message}`),
});
delivery.prepare(database);
delivery.start();
createInterface({ input: process.stdin }).on('line', (agent) => {
  const change = { kind: 'firing' as const, alert: firingAlert({ agent }), title: '', tell: true };
  database.transaction(() => delivery.onChange([change], database))();
  delivery.onCommitted();
  say(`queued ${agent}`);
});
const waiting = database.prepare(`SELECT count(*) FROM deliveries WHERE state IN ('waiting', 'held')`).pluck();
setInterval(() => {
  if (waiting.get() === 0) say('idle');
}, 50);
