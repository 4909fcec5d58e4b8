import { type Config, packageVersion } from '../../base/index.js';
import type { HealthAnswer, PeerRow, WebSocketStatusAnswer } from '../../protocol/index.js';
import type { DoctorProbes } from './probes.js';
import { explain } from '../errors.js';
import { type Finding, failed, some, skipped, passed } from './finding.js';
import { unwellServices, waitingVersion } from '../../view/index.js';
import { quote } from '../quote.js';
import { reachServer, type Server } from '../reach/reach.js';
import { isSlow } from '../reach/slow.js';

/** Clocks of two machines may differ by so much, beyond the time that the answer took. */
const APART_MS = 2000;

/** What there is to say of the server, and its ports when it runs on this machine. */
export interface ServerFindings {
  findings: Finding[];
  ports: Set<number>;
}

type ServerProbes = Pick<DoctorProbes, 'now' | 'answerMs' | 'targets'>;

/** Asks the server; without one that is the finding. */
export async function serverFindings(
  config: Config,
  { now, answerMs, targets }: ServerProbes,
): Promise<ServerFindings> {
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
        await targetsOfServer(rest, targets),
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
    return { findings: [failed('server', message, fix), await targetsOfFile(targets)], ports: new Set() };
  }
}

/** Targets of alerts that were never reached, or are no more: whoever waits for one of them waits in vain. */
async function targetsOfServer(rest: Server['rest'], targets: ServerProbes['targets']): Promise<Finding> {
  // A server from before there were targets does not know them.
  const answer = await rest.alertTargets().catch(() => null);
  if (answer === null) return targetsOfFile(targets);
  if (answer.error !== null) return failed('alert_targets', answer.error, 'mc alerts target list');
  const [off, silent] = [
    answer.targets.find((target) => target.off !== null && !target.paused),
    answer.targets.filter((target) => target.last_success_at === null && !target.paused),
  ];
  if (off)
    return failed('alert_targets', `${off.name} is sent nothing more: ${off.off}`, `mc alerts test ${quote(off.name)}`);
  const [first] = silent;
  if (first) {
    const why = first.last_error === null ? '' : ` (${first.last_error})`;
    const names = some(
      silent.map(({ name }) => name),
      ', ',
    );
    return failed('alert_targets', `never delivered: ${names}${why}`, `mc alerts test ${quote(first.name)}`);
  }
  if (answer.targets.length === 0) return skipped('alert_targets', 'none: alerts reach connected clients only');
  return passed('alert_targets', `${answer.targets.length}, each was reached`);
}

async function targetsOfFile(targets: ServerProbes['targets']): Promise<Finding> {
  try {
    const names = await targets();
    if (names.length === 0) return skipped('alert_targets', 'none: alerts reach connected clients only');
    return skipped('alert_targets', `${names.length}; only a running server knows whether they deliver`);
  } catch (error) {
    const { message, hint } = explain(error, 'doctor');
    return failed('alert_targets', message, hint ?? 'mc alerts target list');
  }
}

function healthFinding(health: HealthAnswer, url: string): Finding {
  const { status } = health;
  if (status === 'healthy') return passed('server', `${url} is healthy`);
  const trouble = unwellServices(health);
  const watcher = trouble.some(({ service }) => service === 'watcher');
  const fix = watcher ? 'sudo sysctl fs.inotify.max_user_watches=524288' : `curl ${quote(`${url}/api/health`)}`;
  return failed('server', `${status}: ${trouble.map(({ service, state }) => `${service}: ${state}`).join(', ')}`, fix);
}

/** Looking every second is right where it was asked for or nothing else works; people should know all the same. */
function watchFindings({ watch }: HealthAnswer): Finding[] {
  if (!watch) return [];
  const how =
    watch.mode === 'native' ? 'the system reports changes' : `files are looked at every second: ${watch.reason}`;
  return [passed('watching', how)];
}

function versionFinding(health: HealthAnswer, config: Config): Finding {
  const { version } = health;
  const ours = packageVersion();
  const waiting = waitingVersion(health);
  if (waiting !== null) {
    return failed('version', `the server runs ${version}, and ${waiting} was installed there since`, 'mc restart');
  }
  if (version === ours) return passed('version', version);
  const fix = `mc serve --workspace ${quote(config.workspace)}`;
  return failed('version', `the server is ${version}, this is ${ours}: stop it and start it again`, fix);
}

function clockFinding({ timestamp }: HealthAnswer, asked: number, answered: number): Finding {
  const theirs = Date.parse(timestamp);
  const apart = Math.max(0, asked - theirs, theirs - answered);
  if (apart <= APART_MS) return passed('server_clock', 'shows the same time');
  const direction = theirs > answered ? 'ahead of' : 'behind';
  const message = `the server's clock is ${(apart / 1000).toFixed(1)} s ${direction} this one`;
  return failed('server_clock', message, 'sudo timedatectl set-ntp true');
}

function peersFinding({ connected_clients: clients, peers }: WebSocketStatusAnswer, url: string): Finding {
  const slow = peers.filter(isSlow);
  if (slow.length === 0) return passed('clients', `${clients} connected, none is slow`);
  const named = slow.slice(0, 3).map(peerText).join('; ');
  const fix = `curl ${quote(`${url}/api/websocket/status`)}`;
  return failed('clients', `${slow.length} of ${clients} read too slowly: ${named}`, fix);
}

function peerText({ id, address, user_agent: agent, lag, outbox_bytes: bytes }: PeerRow): string {
  const who = [`#${id}`, address, agent].filter((word) => word !== null).join(' ');
  return `${who} is ${lag} events behind, ${Math.ceil(bytes / 1024)} kB wait`;
}
