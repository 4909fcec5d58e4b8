import { createServer } from 'node:net';
import { errnoOf, portHolder } from '../../base/index.js';
import { type Finding, failed, skipped, passed } from './finding.js';

/** One of the server's ports. `taken`: those that are this workspace's own server's. */
interface Port {
  name: string;
  host: string;
  port: number;
  flag: string;
  taken: ReadonlySet<number>;
}

/** Whether a server could listen there, and who does instead. */
export async function portFinding({ name, host, port, flag, taken }: Port): Promise<Finding> {
  if (port === 0) return skipped(name, 'picked freely when the server starts');
  if (taken.has(port)) return passed(name, `${port} is this workspace's server's`);
  const error = await tryPort(host, port);
  if (error === null) return passed(name, `${port} is free`);
  const why =
    error === 'EADDRINUSE'
      ? `is taken by ${(await portHolder(host, port)) ?? 'another program'}`
      : `cannot be used on ${host} (${error})`;
  return failed(name, `${port} ${why}`, `mc serve ${flag} 0`);
}

/** The errno with which the port is refused; null when it is free. */
function tryPort(host: string, port: number): Promise<string | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error) => resolve(errnoOf(error) ?? error.message));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(null)));
  });
}
