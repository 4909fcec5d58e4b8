import { expect, it } from 'vitest';
import { createBus } from '../../../../src/bus/index.js';
import { emptySnapshot } from '../../../../src/protocol/index.js';
import { greetStream } from '../../../../src/server/sse/greeting.js';
import { createCapturer } from '../../../../src/server/stream/capture.js';
import { parseConnect } from '../../../../src/server/stream/connect.js';
import { HUB_LIMITS } from '../../../../src/server/stream/limits.js';
import { metric } from '../../../contract/ws/stand.js';

it('tells a narrowing reader that was slow in its greeting where it stands now', () => {
  const bus = createBus({ epoch: 'first', onSubscriberError: () => {} });
  const greeting = greetStream(
    parseConnect('/?channels=agent_activity'),
    { seq: 0 },
    {
      bus,
      capture: createCapturer(emptySnapshot()),
      facts: { version: '1', workspace: 'w', limits: HUB_LIMITS },
      chunkBytes: 1000,
      now: () => 0,
    },
  );
  const texts: string[] = [];
  for (const text of greeting) {
    // Everything that happens while the reader takes its time is not for it.
    if (texts.length === 0) for (let count = 1; count <= 1200; count += 1) bus.publish(metric('cpu', count));
    texts.push(text);
  }
  expect(texts.join('').match(/^id: .*$/gm)).toEqual(['id: first:0', 'id: first:1200']);
});
