import { openReader } from '../../src/metrics/store/database.js';
import { prepareDatabase } from '../../src/metrics/store/prepare.js';

// Run as a process of its own, because the zone of a process is settled when it starts.
const path = process.argv[2] ?? '';
await prepareDatabase(path, Date.UTC(2026, 10, 23));
const db = openReader(path);
console.log(
  JSON.stringify({
    zone: db.prepare("SELECT value FROM meta WHERE key = 'imported_time_zone'").pluck().get(),
    first: db.prepare('SELECT min(timestamp) FROM agent_metrics').pluck().get(),
    unplaced: db.prepare('SELECT count(*) FROM unplaced').pluck().get(),
  }),
);
