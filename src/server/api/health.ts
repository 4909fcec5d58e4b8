import { Type } from '@sinclair/typebox';
import { installedVersion, monotonicNow } from '../../base/index.js';
import { type HealthAnswer, SERVICE_NAMES } from '../../protocol/index.js';
import type { ApiContext } from './context.js';
import { type Endpoints, endpoint } from './endpoint.js';
import { Nullable, Time, Words } from './schemas.js';

const State = Type.String({ description: 'available, or what is wrong' });
const LastError = Nullable(
  Type.Object({ at: Time, message: Type.String() }, { description: 'why it failed last, when that is over too' }),
);
const Detail = Type.Object({
  state: Words(['running', 'degraded', 'down', 'off']),
  restarts: Type.Integer({ description: 'how often it was started again after a failure' }),
  last_error: LastError,
});
const Health = Type.Object({
  status: Words(['healthy', 'degraded', 'unhealthy']),
  timestamp: Time,
  services: Type.Object({
    api: Type.Literal('running'),
    websocket: State,
    pipeline: State,
    backup: State,
    watcher: State,
    alerts: State,
  }),
  active: Type.Optional(
    Type.Object(
      {
        websocket: Type.Boolean(),
        pipeline: Type.Boolean(),
        backup: Type.Boolean(),
        watcher: Type.Boolean(),
        alerts: Type.Boolean(),
      },
      { description: 'false: switched off on purpose, or not a part of this server' },
    ),
  ),
  version: Type.String(),
  installed_version: Type.Optional(
    Nullable(Type.String({ description: 'the version that is installed where it runs: another one after an update' })),
  ),
  uptime: Type.Number(),
  workspace: Type.String(),
  watch: Type.Optional(
    Type.Object({
      mode: Words(['native', 'polling']),
      reason: Nullable(
        Type.String({ description: 'why files are looked at every second; null: the system reports changes' }),
      ),
    }),
  ),
  supervision: Type.Optional(
    Type.Object({
      api: Detail,
      websocket: Detail,
      pipeline: Detail,
      backup: Detail,
      watcher: Detail,
      alerts: Detail,
    }),
  ),
  sources: Type.Optional(
    Type.Record(Type.String(), Type.Object({ state: State, last_error: LastError }), {
      description: 'what tells of agents, by name: `workspace`, and what there is beside it',
    }),
  ),
});
const Alive = Type.Object({ alive: Type.Literal(true) });
const Ready = Type.Object({
  ready: Type.Boolean(),
  failing: Type.Array(Type.Object({ service: Type.String(), reason: Type.String() })),
});

const SERVICES = Object.keys(Health.properties.services.properties) as (keyof HealthAnswer['services'])[];

/** How the server is: in full, that it answers, and whether it is ready. */
export function healthEndpoints(
  context: ApiContext,
  installed: () => string | null = installedVersion(monotonicNow),
): Endpoints<'health' | 'alive' | 'ready'> {
  const { services } = context;
  return {
    health: endpoint(
      { answer: Health },
      ({ reply }) => {
        const answer = { ...healthOf(context), installed_version: installed() };
        if (answer.status === 'unhealthy') reply.code(503);
        return answer;
      },
      createHealthWriter(),
    ),
    alive: endpoint({ answer: Alive }, () => ({ alive: true as const })),
    ready: endpoint({ answer: Ready }, ({ reply }) => {
      const failing = services.down();
      if (failing.length > 0) reply.code(503);
      return { ready: failing.length === 0, failing };
    }),
  };
}

/** Writes a health answer. Probes ask all day, and nearly always only the time has changed: the rest is kept as text. */
export function createHealthWriter(): (answer: HealthAnswer) => string {
  let last: HealthAnswer | null = null;
  let services = '';
  let details: HealthAnswer['supervision'];
  let supervision = '';
  let origins: HealthAnswer['sources'];
  let sources = '';
  const isLast = (now: HealthAnswer) =>
    last !== null &&
    SERVICES.every((name) => last?.services[name] === now.services[name]) &&
    SERVICE_NAMES.every((name) => last?.active?.[name] === now.active?.[name]);
  return (answer) => {
    if (!isLast(answer)) {
      last = answer;
      services = `"services":${JSON.stringify(answer.services)},`;
      if (answer.active !== undefined) services += `"active":${JSON.stringify(answer.active)},`;
    }
    if (answer.supervision !== details) {
      details = answer.supervision;
      supervision = details === undefined ? '' : `,"supervision":${JSON.stringify(details)}`;
    }
    if (answer.sources !== origins) {
      origins = answer.sources;
      sources = origins === undefined ? '' : `,"sources":${JSON.stringify(origins)}`;
    }
    const { status, timestamp, version, installed_version: installed, uptime, workspace, watch } = answer;
    return (
      `{"status":"${status}","timestamp":"${timestamp}",${services}` +
      `"version":${JSON.stringify(version)},` +
      (installed === undefined ? '' : `"installed_version":${JSON.stringify(installed)},`) +
      `"uptime":${uptime},"workspace":${JSON.stringify(workspace)}` +
      (watch === undefined ? '' : `,"watch":${JSON.stringify(watch)}`) +
      `${supervision}${sources}}`
    );
  };
}

function healthOf({ services, clock, version, startedAt, layout, feed }: ApiContext): HealthAnswer {
  const now = clock.now();
  const { states, active, down, details } = services.look();
  const sources = feed.health();
  const isWell =
    SERVICE_NAMES.every((name) => states[name] === 'available') &&
    Object.values(sources).every(({ state }) => state === 'available');
  const { mode, reason } = feed.watcher.health();
  return {
    status: down.length > 0 ? 'unhealthy' : isWell ? 'healthy' : 'degraded',
    timestamp: new Date(now).toISOString(),
    services: { api: 'running', ...states },
    active,
    version,
    uptime: Math.max(0, now - startedAt) / 1000,
    workspace: layout.root,
    watch: { mode, reason },
    supervision: details,
    sources,
  };
}
