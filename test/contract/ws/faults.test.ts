import { expect, it, vi } from 'vitest';
import { activity, opened, startStand } from './stand.js';

it('clients that come and go during a broadcast end neither it nor the heartbeat', async () => {
  const stand = await startStand({ limits: { heartbeatMs: 40 } });
  try {
    const steady = await opened(stand.url);
    const beats = () => steady.frames.filter(({ type }) => type === 'heartbeat').length;
    let sent = 0;
    const publishing = setInterval(() => stand.publish(activity('a', String((sent += 1)))), 1);
    for (let round = 0; round < 20; round += 1) {
      const guests = await Promise.all([opened(stand.url), opened(`${stand.url}/?channels=*`), opened(stand.url)]);
      for (const guest of guests) guest.ws.terminate();
    }
    clearInterval(publishing);
    const before = beats();
    await vi.waitFor(() => expect(beats()).toBeGreaterThan(before + 2));
    const actions = () => steady.frames.filter(({ type }) => type === 'agent_activity').map(({ data }) => data);
    await vi.waitFor(() => expect(actions()).toHaveLength(sent));
    expect(actions().map(({ activity: { action } }) => Number(action))).toEqual(
      Array.from({ length: sent }, (_, at) => at + 1),
    );
  } finally {
    await stand.stop();
  }
});
