// Frames as a server sends them, from a socket that is none: a fleet that changes at a given pace, the same for everyone.

/** After so many ticks the changes begin again. */
const TICKS = 100;

/** The whole fleet, then changes. `perTick` agents change in each of 20 ticks a second; 0: nothing ever changes. */
export function fleetSocket({ agents, perTick }) {
  let seq = 0;
  let tick = 0;
  // Written beforehand: what is measured is the receiver.
  const changes = Array.from({ length: perTick > 0 ? TICKS : 0 }, (_, at) =>
    Array.from({ length: perTick }, (_, index) =>
      frame('agent_status', agent((at * perTick + index) % agents, at)).slice(0, -1),
    ),
  );
  return () => {
    const socket = { readyState: 1, onopen: null, onmessage: null, onclose: null, onerror: null, send, close };
    const say = (text) => socket.onmessage?.({ data: text });
    let timer = null;
    function close() {
      clearInterval(timer);
    }
    function send(text) {
      if (JSON.parse(text).type === 'ping') say(JSON.stringify({ type: 'pong', timestamp: new Date().toISOString() }));
    }
    setTimeout(() => {
      socket.onopen?.({});
      const limits = { max_frame_bytes: 1048576, outbox_bytes: 1048576, outbox_events: 2000 };
      const hello = {
        protocol: 1,
        version: '0.1.0',
        epoch: 'bench',
        seq: 0,
        workspace: '/office',
        limits,
        resumed: false,
      };
      say(frame('hello', { ...hello, heartbeat_ms: 30_000 }));
      for (let index = 0; index < agents; index++) say(frame('agent_status', agent(index, 0)));
      say(frame('synced', { epoch: 'bench', seq: 0 }));
      if (perTick > 0) timer = setInterval(change, 50);
    }, 10);
    function change() {
      tick += 1;
      for (const begun of changes[tick % TICKS]) {
        seq += 1;
        say(`${begun},"epoch":"bench","seq":${seq}}`);
      }
    }
    return socket;
  };
}

function frame(type, data, extra = {}) {
  return JSON.stringify({ type, timestamp: new Date().toISOString(), data, source: 'mission-control', ...extra });
}

const STATUSES = ['active', 'busy', 'idle', 'active', 'busy', 'stale', 'active'];

function agent(index, tick) {
  const id = `agent-${String(index).padStart(4, '0')}`;
  const now = new Date().toISOString();
  const status = STATUSES[(index + Math.floor(tick / 40)) % STATUSES.length];
  const counters = {
    tasks_completed: index + tick,
    tasks_failed: index % 7,
    total_work_time: index * 60 + tick,
    idle_time: 60,
  };
  const unknown = {
    messages_sent: null,
    messages_received: null,
    cpu_usage: null,
    memory_usage: null,
    tokens_used: null,
    cost: null,
  };
  const task = {
    source: 'state.json',
    id: null,
    title: `Replay the outage of day ${tick % 90}`,
    status: 'in_progress',
    started_at: null,
    priority: null,
  };
  return {
    agent: id,
    state: { status, tasks_completed: index + tick },
    status,
    since: now,
    evidence: { file: 'state.json', field: 'status', value: status },
    details: {
      name: id,
      display_name: null,
      role: 'Quality',
      emoji: null,
      current_tasks: [task.title],
      tasks: [task],
      counters: { ...counters, ...unknown },
      last_active: now,
      heartbeat_interval: null,
      warnings: [],
      word: status,
    },
  };
}

/** A terminal that is none: counts what is written to it. */
export function countingTerminal(Writable, columns = 160, rows = 50) {
  const counted = { bytes: 0, writes: 0 };
  const stream = new Writable({
    write(chunk, _encoding, done) {
      counted.bytes += chunk.length;
      counted.writes += 1;
      done();
    },
  });
  return Object.assign(stream, { columns, rows, isTTY: true, counted });
}

/** Keys that nobody presses. */
export function silentKeyboard(Readable) {
  const stream = new Readable({ read() {} });
  return Object.assign(stream, { isTTY: true, setRawMode: () => stream, ref: () => stream, unref: () => stream });
}
