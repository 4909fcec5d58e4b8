import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { expect, it, onTestFinished } from 'vitest';
import { startOffice } from '../../integration/server/office.js';
import { lacksBrowser, startBrowser } from '../../support/chromium.js';
import { useClient } from './client-page.js';

const door = fileURLToPath(new URL('../../../src/client/index.ts', import.meta.url));

it.skipIf(lacksBrowser('the client in a page'))('the client runs in a page', { timeout: 60_000 }, async () => {
  const options = {
    bundle: true,
    write: false,
    format: 'iife',
    globalName: 'MissionControl',
    platform: 'browser',
  } as const;
  const { outputFiles } = await build({ ...options, entryPoints: [door] });
  const host = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>a page</title>');
  });
  await new Promise<void>((resolve) => {
    host.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(() => void host.close());
  const office = await startOffice();
  const browser = await startBrowser();
  onTestFinished(() => browser.close());
  const page = await browser.newPage();
  await page.goto(`http://localhost:${(host.address() as AddressInfo).port}/`);
  await page.addScriptTag({ content: outputFiles[0]?.text ?? '' });
  const { http, ws } = office.server;
  const { agents, asked, heard, widened, positions } = await page.evaluate(useClient, { http, ws });
  expect(agents.length).toBeGreaterThan(2);
  expect(agents.toSorted()).toEqual(asked.toSorted());
  expect(heard).toEqual([]);
  expect(widened.toSorted()).toEqual(agents.toSorted());
  expect(positions).toBe(true);
});
