// What a page does with the client. The function is sent to the browser as its source, so it is plain JavaScript; the
// client has been put into the page as `MissionControl`.

/**
 * Follows a server, publishes, and asks a route. Resolves with what it has seen.
 * @param {{ http: string, ws: string }} server
 * @returns {Promise<{ agents: string[], asked: string[], heard: string[], widened: string[], positions: boolean }>}
 */
export async function useClient({ http, ws }) {
  const { createConnection, createMirror, createRestClient } = window.MissionControl;
  /** A connection with its mirror, once the snapshot is whole. */
  const follow = async (asked) => {
    const mirror = createMirror();
    const socket = (url) => new WebSocket(url);
    const connection = createConnection({ url: ws, socket, random: Math.random, now: Date.now, ...asked });
    connection.onFrame(mirror.apply);
    const until = (holds) =>
      new Promise((resolve) => {
        const look = () => holds(mirror.getSnapshot()) && resolve(mirror.getSnapshot());
        mirror.subscribe(look);
        look();
      });
    return { connection, until, first: await until(({ synced }) => synced) };
  };
  const whole = await follow({});
  const narrow = await follow({ channels: ['notification'] });
  const position = await narrow.connection.publish('notification', { message: 'from a browser' });
  const said = ({ notifications }) => notifications.some(({ message }) => message === 'from a browser');
  const [seen] = await Promise.all([whole.until(said), narrow.until(said)]);
  narrow.connection.send({ type: 'subscribe', channels: ['agent_status'] });
  const widened = await narrow.until(({ agents }) => agents.size === seen.agents.size);
  const rest = createRestClient({ baseUrl: http, fetch: (url, init) => fetch(url, init) });
  const { agents } = await rest.agents();
  for (const { connection } of [whole, narrow]) connection.close();
  return {
    agents: [...whole.first.agents.keys()],
    asked: agents.map(({ id }) => id),
    heard: [...narrow.first.agents.keys()],
    widened: [...widened.agents.keys()],
    positions: seen.position.seq >= position.seq,
  };
}
