import { type Config, packageVersion } from '../../base/index.js';
import type { HealthAnswer, PeerRow, WebSocketStatusAnswer } from '../../protocol/index.js';
import type { DoctorProbes } from './local.js';
import { explain } from '../errors.js';
import { type Finding, ill, well } from './finding.js';
import { quote } from '../quote.js';
import { reachServer } from '../reach/reach.js';
import { isSlow } from '../reach/slow.js';

/** Clocks of two machines may differ by so much, beyond the time that the answer took. */
const APART_MS = 2000;

/** What there is to say of the server, and its ports when it runs on this machine. */
export interface ServerFindings {
  findings: Finding[];
  ports: Set<number>;
}

type ServerProbes = Pick<DoctorProbes, 'now' | 'answerMs'>;

/** Asks the server; without one that is the finding. */
export async function serverFindings(config: Config, { now, answerMs }: ServerProbes): Promise<ServerFindings> {
  try {
    const server = await reachServer(config, { timeoutMs: answerMs });
    const { rest, url } = server;
    const asked = now();
    const health = await rest.health();
    const answered = now();
    const stream = await rest.websocketStatus();
    return {
      findings: [
        healthFinding(health, url),
        versionFinding(health, config),
        clockFinding(health, asked, answered),
        peersFinding(stream, url),
        ...watchFindings(health),
      ],
      ports: new Set([url, server.identity.stream].map((address) => Number(new URL(address).port))),
    };
  } catch (error) {
    const { code, message } = explain(error, 'doctor');
    const refused = code.startsWith('token.') || code === 'scope.missing';
    const start = `mc serve --workspace ${quote(config.workspace)}`;
    // Where another process listens, a server of ours cannot.
    const elsewhere = code === 'server.foreign' ? ' --port 0 --ws-port 0' : '';
    const fix = refused ? 'mc doctor --token-file FILE' : start + elsewhere;
    return { findings: [ill('server', message, fix)], ports: new Set() };
  }
}

function healthFinding({ status, services }: HealthAnswer, url: string): Finding {
  if (status === 'healthy') return well('server', `${url} is healthy`);
  const trouble = Object.entries(services).filter(([, state]) => state !== 'available' && state !== 'running');
  const watcher = trouble.some(([name]) => name === 'watcher');
  const fix = watcher ? 'sudo sysctl fs.inotify.max_user_watches=524288' : `curl ${quote(`${url}/api/health`)}`;
  return ill('server', `${status}: ${trouble.map(([name, state]) => `${name}: ${state}`).join(', ')}`, fix);
}

/** Looking every second is right where it was asked for or nothing else works; people should know all the same. */
function watchFindings({ watch }: HealthAnswer): Finding[] {
  if (!watch) return [];
  const how =
    watch.mode === 'native' ? 'the system reports changes' : `files are looked at every second: ${watch.reason}`;
  return [well('watching', how)];
}

function versionFinding({ version }: HealthAnswer, config: Config): Finding {
  const ours = packageVersion();
  if (version === ours) return well('version', version);
  const fix = `mc serve --workspace ${quote(config.workspace)}`;
  return ill('version', `the server is ${version}, this is ${ours}: stop it and start it again`, fix);
}

function clockFinding({ timestamp }: HealthAnswer, asked: number, answered: number): Finding {
  const theirs = Date.parse(timestamp);
  const apart = Math.max(0, asked - theirs, theirs - answered);
  if (apart <= APART_MS) return well('server_clock', 'shows the same time');
  const direction = theirs > answered ? 'ahead of' : 'behind';
  const message = `the server's clock is ${(apart / 1000).toFixed(1)} s ${direction} this one`;
  return ill('server_clock', message, 'sudo timedatectl set-ntp true');
}

function peersFinding({ connected_clients: clients, peers }: WebSocketStatusAnswer, url: string): Finding {
  const slow = peers.filter(isSlow);
  if (slow.length === 0) return well('clients', `${clients} connected, none is slow`);
  const named = slow.slice(0, 3).map(peerText).join('; ');
  const fix = `curl ${quote(`${url}/api/websocket/status`)}`;
  return ill('clients', `${slow.length} of ${clients} read too slowly: ${named}`, fix);
}

function peerText({ id, address, user_agent: agent, lag, outbox_bytes: bytes }: PeerRow): string {
  const who = [`#${id}`, address, agent].filter((word) => word !== null).join(' ');
  return `${who} is ${lag} events behind, ${Math.ceil(bytes / 1024)} kB wait`;
}
