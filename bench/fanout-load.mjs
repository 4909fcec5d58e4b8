// The listening side of the fan-out bench: many sockets that do as little as possible with what they hear, so that the
// server is what is measured. Frames are counted from their headers; the first of each read tells the latency.
import { connect } from 'node:net';
import { MQTT, NATS, WEBSOCKET } from './fanout-protocols.mjs';

const kind = process.argv[2];
const MARK = Buffer.from('"sent":"');
let frames = 0;
const MOST_SAMPLES = 500_000;
let latencies = [];
let samples = 0;
let waiting = null;

process.on('message', (order) => void obey(order));

async function obey(order) {
  if (order.do === 'connect') {
    const together = order.together ? order.clients : 50;
    for (let i = 0; i < order.clients; i += together) {
      const batch = Math.min(together, order.clients - i);
      await Promise.all(Array.from({ length: batch }, () => (kind === 'socket.io' ? joinSocketIo : join)(order.port)));
    }
    process.send({ type: 'connected' });
  } else if (order.do === 'reset') {
    // What is still on its way belongs to the warm-up.
    setTimeout(() => {
      frames = 0;
      latencies = [];
      samples = 0;
      process.send({ type: 'reset' });
    }, 500);
  } else if (order.do === 'report') {
    waiting = order.expected;
    setTimeout(report, order.within ?? 5000);
    maybeReport();
  }
}

const protocol = { nats: NATS, mosquitto: MQTT }[kind] ?? WEBSOCKET;

/** A client with nothing but a handshake and a frame counter; every client of the hub is an old one. */
function join(port) {
  const { hello, subscription, opened, pong } = protocol;
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    let answer = Buffer.alloc(0);
    const greeted = (chunk) => {
      answer = Buffer.concat([answer, chunk]);
      const end = opened(answer);
      if (end === -1) return;
      const count = counter(() => socket.write(pong));
      socket.off('data', greeted);
      socket.on('data', count);
      // A ping may stand right behind the handshake.
      count(answer.subarray(end));
      resolve();
    };
    socket.on('error', reject);
    socket.on('data', greeted);
    socket.write(typeof hello === 'function' ? hello(port) : hello);
    if (subscription) socket.write(subscription);
  });
}

/** Walks over the frames of one connection; headers may be cut anywhere. */
function counter(answerPing) {
  let skip = 0;
  let rest = null;
  return (chunk) => {
    sample(chunk);
    let data = rest ? Buffer.concat([rest, chunk]) : chunk;
    rest = null;
    let at = skip;
    while (at < data.length) {
      const size = protocol.sizeOf(data, at);
      if (size === null) {
        rest = data.subarray(at);
        data = rest;
        at = data.length;
        skip = 0;
        maybeReport();
        return;
      }
      if (protocol.isEvent(data, at)) frames += 1;
      if (protocol.isPing(data, at)) answerPing();
      at += size;
    }
    skip = at - data.length;
    maybeReport();
  };
}

function sample(chunk) {
  const at = chunk.indexOf(MARK);
  if (at === -1) return;
  const start = at + MARK.length;
  const sent = Number(chunk.toString('latin1', start, chunk.indexOf(34, start)));
  if (sent > 0) keep((Number(process.hrtime.bigint()) - sent) / 1e6);
}

/** Of a long run a fair sample is kept, not each of its many millions. */
function keep(latency) {
  samples += 1;
  if (latencies.length < MOST_SAMPLES) latencies.push(latency);
  else if (Math.random() < MOST_SAMPLES / samples) latencies[Math.floor(Math.random() * MOST_SAMPLES)] = latency;
}

async function joinSocketIo(port) {
  const { io } = await import(`${kind}-client`);
  const socket = io(`http://127.0.0.1:${port}`, { transports: ['websocket'], forceNew: true });
  socket.on('event', (event) => {
    frames += 1;
    keep((Number(process.hrtime.bigint()) - Number(event.data.activity.sent)) / 1e6);
    maybeReport();
  });
  await new Promise((resolve) => socket.on('connect', resolve));
}

function maybeReport() {
  if (waiting !== null && frames >= waiting) report();
}

function report() {
  if (waiting === null) return;
  waiting = null;
  latencies.sort((a, b) => a - b);
  const at = (share) => Math.round((latencies[Math.floor(latencies.length * share)] ?? 0) * 100) / 100;
  process.send({ type: 'report', frames, p50: at(0.5), p99: at(0.99) });
}
