// A crowd of clients in a process of its own, so that what they cost is not taken for the server's. Told what to do by
// messages; counts what its clients hear without parsing it.
import { WebSocket } from 'ws';

const clients = [];

process.on('message', (order) => {
  if (order.do === 'come') for (let i = 0; i < order.count; i += 1) come(order);
  if (order.do === 'tell') process.send({ told: clients.map((client) => ({ ...client, socket: undefined })) });
  if (order.do === 'leave') for (const { socket } of clients) socket.terminate();
});

/** One client. With `again` it comes back at once whenever it is cut off, with the position of the last event it heard. */
function come({ url, again }) {
  const client = { socket: null, synced: 0, events: 0, seq: 0, wrong: 0, resumed: 0, closed: [] };
  clients.push(client);
  const connect = (address) => {
    client.socket = new WebSocket(address);
    client.socket.on('message', (data) => hear(client, data.toString('latin1')));
    client.socket.on('error', () => undefined);
    client.socket.on('close', (code) => {
      client.closed.push(code);
      if (again) setTimeout(() => connect(client.seq ? `${url}&since=${again}:${client.seq}` : url), 20);
    });
  };
  connect(url);
}

function hear(client, text) {
  if (text.startsWith('{"type":"synced"')) client.synced += 1;
  if (text.startsWith('{"type":"hello"') && text.includes('"resumed":true')) client.resumed += 1;
  const at = text.lastIndexOf('"seq":');
  if (at === -1 || !text.startsWith('{"type":"agent_activity"')) return;
  const seq = Number.parseInt(text.slice(at + 6), 10);
  if (client.seq > 0 && seq !== client.seq + 1) client.wrong += 1;
  client.seq = seq;
  client.events += 1;
}
