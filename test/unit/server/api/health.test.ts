import { describe, expect, it } from 'vitest';
import { workspaceLayout } from '../../../../src/base/index.js';
import type { HealthAnswer } from '../../../../src/protocol/index.js';
import type { ApiContext } from '../../../../src/server/api/index.js';
import { createHealthWriter, healthEndpoints } from '../../../../src/server/api/health.js';
import { createServices, type Services } from '../../../../src/server/services.js';

const T0 = Date.parse('2026-11-23T06:00:00.000Z');

/** What the routes answer, and with which status, over these services. */
function ask(services: Services, sources: HealthAnswer['sources'] = {}) {
  const layout = workspaceLayout('/office');
  const feed = { watcher: { health: () => ({ mode: 'native', reason: null }) }, health: () => sources };
  const clock = { now: () => T0 + 1500 };
  const context = {
    services,
    clock,
    version: '1.2.3',
    startedAt: T0,
    layout,
    feed,
  } as unknown as ApiContext;
  const { health, ready } = healthEndpoints(context, () => '1.3.0');
  return [health, ready].map((endpoint) => {
    let status = 200;
    const reply = { code: (code: number) => void (status = code) };
    return { body: endpoint.handle({ reply } as never), status };
  });
}

describe('a health answer as text', () => {
  it('is what JSON makes of it, whatever changes', () => {
    const write = createHealthWriter();
    const services = {
      api: 'running',
      websocket: 'a',
      pipeline: 'b',
      backup: 'c',
      watcher: '"d"\n',
      alerts: 'e',
    } as const;
    const active = { websocket: true, pipeline: true, backup: false, watcher: true, alerts: false };
    const first = {
      status: 'healthy',
      timestamp: 'T',
      services,
      active,
      version: '1"',
      installed_version: '2"' as string | null,
      uptime: 0.25,
      workspace: '/a"b\\c',
    } as const;
    const second = {
      ...first,
      installed_version: null,
      uptime: 1e-7,
      services: { ...services, alerts: 'gone' },
      active: { ...active, alerts: true },
    };
    const third = { ...first, sources: { workspace: { state: '"x"\n', last_error: null } } };
    const { active: _, installed_version: __, ...older } = first;
    for (const answer of [first, first, second, third, third, first, older])
      expect(write(answer)).toBe(JSON.stringify(answer));
  });
});

describe('health', () => {
  it('is healthy when all is available', () => {
    const [health, ready] = ask(createServices());
    expect(health).toMatchObject({
      status: 200,
      body: {
        status: 'healthy',
        version: '1.2.3',
        installed_version: '1.3.0',
        uptime: 1.5,
        timestamp: '2026-11-23T06:00:01.500Z',
      },
    });
    expect(ready).toEqual({ status: 200, body: { ready: true, failing: [] } });
  });

  it('says which services are at work beside the word that older clients know', () => {
    const services = createServices();
    services.plug('watcher', () => ({ state: 'available' }));
    services.plug('backup', () => ({ state: 'available', active: false }));
    const [health] = ask(services);
    expect(health?.body).toMatchObject({
      status: 'healthy',
      services: { watcher: 'available', backup: 'available', alerts: 'available' },
      active: { watcher: true, backup: false, alerts: false },
    });
  });

  it('is degraded, but ready, when something works badly', () => {
    const services = createServices();
    services.plug('watcher', () => ({ state: 'polling, because no watches are left' }));
    const [health, ready] = ask(services);
    expect(health).toMatchObject({
      status: 200,
      body: { status: 'degraded', services: { watcher: 'polling, because no watches are left', backup: 'available' } },
    });
    expect(ready?.status).toBe(200);
  });

  it('is degraded when a source of agents cannot be read, and names it', () => {
    const last_error = { at: new Date(T0).toISOString(), message: 'its records are locked' };
    const sources = {
      workspace: { state: 'available', last_error: null },
      runtime: { state: 'its records are locked', last_error },
    };
    const [health, ready] = ask(createServices(), sources);
    expect(health).toMatchObject({ status: 200, body: { status: 'degraded', sources } });
    expect(ready?.status).toBe(200);
  });

  it('is unhealthy, with 503, when something is down', () => {
    const services = createServices();
    services.plug('websocket', () => ({ state: 'does not listen', down: true }));
    const [health, ready] = ask(services);
    expect(health).toMatchObject({ status: 503, body: { status: 'unhealthy' } });
    expect(ready).toEqual({
      status: 503,
      body: { ready: false, failing: [{ service: 'websocket', reason: 'does not listen' }] },
    });
  });
});
