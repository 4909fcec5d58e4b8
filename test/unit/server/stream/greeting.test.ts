import { expect, it } from 'vitest';
import { createBus } from '../../../../src/bus/index.js';
import { emptySnapshot, type EventDraft } from '../../../../src/protocol/index.js';
import { greetStream } from '../../../../src/server/sse/greeting.js';
import { createCapturer } from '../../../../src/server/stream/capture.js';
import { parseConnect } from '../../../../src/server/stream/connect.js';
import { HUB_LIMITS } from '../../../../src/server/stream/limits.js';
import { greet } from '../../../../src/server/ws/greeting.js';
import { SnapshotWriter } from '../../../../src/server/ws/snapshot-writer.js';
import { agentOf } from '../../../support/agents.js';

function metric(name: string, value: number): EventDraft {
  return { type: 'system_metric', data: { metric: name, value, unit: '%', timestamp: '' }, at: 0 };
}

/** A bus at position 40 whose snapshot holds agents, small chunks, and a clock that stands still. */
function contextAtForty() {
  const bus = createBus({ epoch: 'first', onSubscriberError: () => {} });
  const snapshot = emptySnapshot();
  for (let count = 1; count <= 20; count += 1) snapshot.agents.set(`a-${count}`, agentOf(`a-${count}`));
  for (let count = 1; count <= 40; count += 1) bus.publish(metric(count % 2 ? 'cpu' : 'memory', count));
  return {
    bus,
    capture: createCapturer(snapshot),
    writer: new SnapshotWriter(),
    facts: { version: '1', workspace: 'w', limits: HUB_LIMITS },
    chunkBytes: 300,
    now: () => 0,
  };
}

/** The texts of whole, unmasked text frames. */
function textsOf(bytes: Buffer): string[] {
  const texts: string[] = [];
  for (let at = 0; at < bytes.length; ) {
    expect(bytes[at]).toBe(0x81);
    const short = bytes[at + 1] as number;
    const [head, length] = short < 126 ? [2, short] : [4, bytes.readUInt16BE(at + 2)];
    texts.push(bytes.subarray(at + head, at + head + length).toString('utf8'));
    at += head + length;
  }
  return texts;
}

it.each([
  ['one that hears everything', '/?channels=*'],
  ['one that narrows, and asks for what there is not', '/?channels=agent_status,junk&agents=a-3,a-7'],
  ['one that resumes', '/?since=first:12'],
  ['one that narrows and resumes', '/?channels=agent_status&since=first:12'],
  ['one that cannot resume', '/?since=other:12'],
  ['one whose position is not one', '/?since=junk'],
])('says the same over socket and HTTP to %s', (_, url) => {
  const onSocket = contextAtForty();
  const onHttp = contextAtForty();
  const frames: Buffer[] = [];
  for (const piece of greet(parseConnect(url), { seq: 0 }, onSocket)) {
    if (frames.length === 0) onSocket.bus.publish(metric('late', 1));
    frames.push(piece);
  }
  const events: string[] = [];
  for (const piece of greetStream(parseConnect(url), { seq: 0 }, onHttp)) {
    if (events.length === 0) onHttp.bus.publish(metric('late', 1));
    events.push(piece);
  }
  const data = [...events.join('').matchAll(/^data: (.*)$/gm)].map(([, text]) => text);
  expect(data).toEqual(textsOf(Buffer.concat(frames)));
  expect(data.map((text) => JSON.parse(text ?? '').type)).toContain('synced');
});
