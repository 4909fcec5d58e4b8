// Message brokers for the fan-out bench, started where they are installed. Each is published to over a connection of ours,
// in its own protocol and without acknowledgements: what it costs is measured at its process.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { MQTT, NATS } from './fanout-protocols.mjs';

const BROKERS = {
  nats: {
    command: 'nats-server',
    protocol: NATS,
    args: (port) => ['-a', '127.0.0.1', '-p', String(port)],
  },
  mosquitto: {
    command: 'mosquitto',
    protocol: MQTT,
    args: (port, folder) => {
      const path = join(folder, 'mosquitto.conf');
      const lines = [
        `listener ${port} 127.0.0.1`,
        'allow_anonymous true',
        'set_tcp_nodelay true',
        'max_queued_messages 0',
      ];
      writeFileSync(path, `${lines.join('\n')}\n`);
      return ['-c', path];
    },
  },
};

/** The brokers that this machine has. */
export function installedBrokers() {
  return Object.keys(BROKERS).filter((name) => spawnSync('which', [BROKERS[name].command]).status === 0);
}

/**
 * Starts a broker. `publish` sends it a text; `settled` resolves when it has taken in all that was published; `pid` is the
 * process that does the work; `stop` ends it.
 */
export async function startBroker(name) {
  const { command, protocol, args } = BROKERS[name];
  const folder = mkdtempSync(join(tmpdir(), 'mc-bench-broker-'));
  const port = await freePort();
  const broker = spawn(command, args(port, folder), { stdio: ['ignore', 'ignore', 'ignore'] });
  const socket = await reach(port);
  let answered = () => {};
  socket.write(protocol.hello);
  socket.on('data', (data) => {
    if (data.includes(protocol.pong)) answered();
  });
  const settled = () =>
    new Promise((resolve) => {
      answered = resolve;
      socket.write(protocol.ping);
    });
  await settled();
  const stop = () => {
    broker.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  };
  process.once('exit', stop);
  return { pid: broker.pid, port, publish: (text) => socket.write(protocol.publication(text)), settled, stop };
}

/** Waits at most 10 s for the broker to listen. */
async function reach(port) {
  const until = Date.now() + 10_000;
  for (;;) {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    try {
      await once(socket, 'connect');
      return socket;
    } catch (error) {
      if (Date.now() > until) throw error;
      await delay(50);
    }
  }
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}
