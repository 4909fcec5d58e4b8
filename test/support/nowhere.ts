import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, vi } from 'vitest';
import type { DeliveriesAnswer } from '../../src/protocol/index.js';

/** An `alerts.json` whose one target, `nowhere`, is a port at which nothing listens. */
export function alertsToNowhere(): { alertsFile: string; clear: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'mc-alerts-'));
  const alertsFile = join(folder, 'alerts.json');
  const targets = [{ name: 'nowhere', url: 'http://127.0.0.1:1/', private: true, level: 'info' }];
  writeFileSync(alertsFile, JSON.stringify({ targets }), { mode: 0o600 });
  return { alertsFile, clear: () => rmSync(folder, { recursive: true, force: true }) };
}

/** Makes an agent fail whose alert nobody acknowledges, and waits until a message about it waits; returns the message's id. */
export async function waitingDelivery(server: { http: string }): Promise<number> {
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify({ status: 'error' });
  await fetch(`${server.http}/api/agents/builder/report`, { method: 'POST', headers, body });
  return vi.waitFor(
    async () => {
      const answer = await (await fetch(`${server.http}/api/alerts/deliveries`)).json();
      const { deliveries } = answer as DeliveriesAnswer;
      const found = deliveries.find(({ agent, state }) => agent === 'builder' && state === 'waiting');
      expect(found).toBeDefined();
      return found?.id ?? 0;
    },
    { timeout: 20_000, interval: 50 },
  );
}
