import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { type Connection, createConnection, createMirror, type Mirror } from '../../../src/client/index.js';
import { makePlace, type Place, type Served, serve } from '../../e2e/cli/mc.js';

const patient = { timeout: 25_000, interval: 50 };

let place: Place;
let served: Served;
const ends: (() => void)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) end();
  await served.end();
  await place.clear();
});

/** A client of ours, and what was wrong with the order of what it heard. */
function follow(url: string): { connection: Connection; mirror: Mirror; epochs: Set<string>; wrongs: string[] } {
  const mirror = createMirror();
  const epochs = new Set<string>();
  const wrongs: string[] = [];
  let last = { epoch: '', seq: 0 };
  const connection = createConnection({
    url,
    socket: (address) => new WebSocket(address),
    random: () => 0.2,
    now: () => performance.now(),
  });
  connection.onFrame((frame) => {
    mirror.apply(frame);
    if (frame.type === 'hello') epochs.add(frame.data.epoch);
    if (!('seq' in frame && 'data' in frame)) return;
    if (frame.epoch === last.epoch && frame.seq <= last.seq) wrongs.push(`${frame.seq} after ${last.seq}`);
    last = { epoch: frame.epoch, seq: frame.seq };
  });
  ends.push(() => connection.close());
  return { connection, mirror, epochs, wrongs };
}

it('a server that is killed and started again under load: every mirror finds its way to the new state', async () => {
  place = await makePlace();
  served = await serve(place);
  const { ws, http } = served.ready;
  const clients = Array.from({ length: 20 }, () => follow(ws));
  const states = join(place.office, 'mission-control', 'agents', 'busy-bee');
  await mkdir(states, { recursive: true });
  let turn = 0;
  const write = async () => {
    turn += 1;
    await writeFile(join(states, 'state.json'), JSON.stringify({ status: 'busy', turn }));
    void clients[0]?.connection.publish('agent_activity', { agent: 'busy-bee', activity: { action: `${turn}` } }).catch(
      // What is under way when the server is killed is lost, and says so.
      () => undefined,
    );
  };
  const load = setInterval(() => void write(), 20);
  ends.push(() => clearInterval(load));
  const turnOf = ({ mirror }: { mirror: Mirror }) =>
    (mirror.getSnapshot().agents.get('busy-bee')?.state as { turn?: number } | undefined)?.turn ?? 0;
  await vi.waitFor(() => expect(Math.min(...clients.map(turnOf))).toBeGreaterThan(5), patient);

  served.process.kill('SIGKILL');
  await served.process;
  await vi.waitFor(
    () => expect(clients.every(({ connection }) => connection.state().name === 'reconnecting')).toBe(true),
    patient,
  );
  const port = (url: string) => new URL(url).port;
  served = await serve(place, ['--port', port(http), '--ws-port', port(ws)]);
  await vi.waitFor(() => expect(Math.min(...clients.map(turnOf))).toBeGreaterThan(turn - 20), patient);
  clearInterval(load);
  await vi.waitFor(() => expect(clients.map(turnOf)).toEqual(clients.map(() => turn)), patient);

  const fresh = follow(ws);
  await vi.waitFor(() => {
    const wanted = fresh.mirror.getSnapshot();
    expect(wanted.synced).toBe(true);
    for (const { mirror, epochs, wrongs } of clients) {
      const { agents, office, tasks, position } = mirror.getSnapshot();
      expect(position).toEqual(wanted.position);
      expect([agents, office, tasks]).toEqual([wanted.agents, wanted.office, wanted.tasks]);
      expect([epochs.size, wrongs]).toEqual([2, []]);
    }
  }, patient);
}, 90_000);
