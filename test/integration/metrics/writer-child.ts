import { mkdirSync } from 'node:fs';
import { systemClock, workspaceLayout } from '../../../src/base/index.js';
import { silentLog } from '../../../src/base/log.js';
import { createBus } from '../../../src/bus/index.js';
import { createMetricsService } from '../../../src/metrics/index.js';
import { applyEvent, emptySnapshot, type EventDraft } from '../../../src/protocol/index.js';

// A process of its own that records an activity every few milliseconds and says so, until somebody kills it.
const layout = workspaceLayout(process.argv[2] ?? '');
mkdirSync(layout.data, { recursive: true });
const snapshot = emptySnapshot();
const bus = createBus({ epoch: 'writer', onSubscriberError: (error) => console.error(error) });
const publish = (drafts: EventDraft[]) => {
  for (const draft of drafts) {
    applyEvent(snapshot, draft);
    bus.publish(draft);
  }
};
const day = 86_400_000;
const service = createMetricsService({
  layout,
  snapshot,
  bus,
  publish,
  clock: systemClock,
  settings: { collectInterval: 1000, retainRaw: day, retainMinutes: day, retainHours: day, retainEvents: day },
  log: silentLog(),
  probes: { wsClients: () => 0 },
});
await service.start();
let n = 0;
setInterval(() => {
  n += 1;
  const at = Date.now();
  publish([{ type: 'agent_activity', at, data: { agent: 'writer', activity: { action: 'step', n } } }]);
  process.stdout.write(`${n} ${at}\n`);
}, 2);
