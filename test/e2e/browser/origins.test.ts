import { writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { emptyDirectory, type Office, startOffice, startSharedOffice } from '../../integration/server/office.js';
import { lacksBrowser, startBrowser } from '../../support/chromium.js';
import { tryElement, tryRead, trySocket, tryStream, tryWrites } from './attempts.js';

const PAGE = '<!doctype html><meta charset="utf-8"><title>a page</title><body></body>';

describe.skipIf(lacksBrowser('pages of other origins'))('a page', () => {
  let browser: Browser;
  let office: Office;
  let stop: () => Promise<void>;
  let host: Server;
  let hostPort: number;

  beforeAll(async () => {
    browser = await startBrowser();
    ({ office, stop } = await startSharedOffice());
    host = createServer((_request, response) => response.writeHead(200, { 'content-type': 'text/html' }).end(PAGE));
    await new Promise<void>((resolve) => {
      host.listen(0, '127.0.0.1', resolve);
    });
    hostPort = (host.address() as AddressInfo).port;
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    host?.close();
    await stop?.();
  });

  /** A page at an address. The policy of our own page forbids it every script; what is tried here is what the server lets in. */
  async function pageAt(address: string): Promise<Page> {
    const context = await browser.newContext({ bypassCSP: true });
    onTestFinished(() => context.close());
    const page = await context.newPage();
    await page.goto(address);
    return page;
  }

  const messages = async (of: Office) =>
    (await of.get('/api/notifications')).body.notifications.map((kept: { message: string }) => kept.message);

  async function expectNothing(page: Page, message: string, of: Office = office) {
    const { http, ws } = of.server;
    for (const path of ['/api/agents', '/api/files/read?path=README.md', '/api/health', '/api/openapi.json']) {
      expect(await page.evaluate(tryRead, http + path)).toMatch(/^TypeError/);
    }
    const ends = await page.evaluate(tryWrites, { url: `${http}/api/notifications`, message });
    for (const end of ends) expect(end).toMatch(/^(TypeError|opaque 0$)/);
    expect(await messages(of)).not.toContain(message);
    for (const path of ['', '/', '/?channels=*', '/any/path']) {
      expect(await page.evaluate(trySocket, ws + path)).toBe('refused');
    }
    expect(await page.evaluate(tryStream, `${http}/api/events/stream`)).toBe('refused');
    expect(await page.evaluate(tryElement, { kind: 'script', url: `${http}/api/agents` })).toBe('error');
    expect(await page.evaluate(tryElement, { kind: 'img', url: `${http}/api/agents` })).toBe('error');
  }

  async function expectAll(page: Page, message: string) {
    const { http, ws } = office.server;
    expect(await page.evaluate(tryRead, `${http}/api/agents`)).toMatch(/^200 \{"agents":\[/);
    const [json] = await page.evaluate(tryWrites, { url: `${http}/api/notifications`, message });
    expect(json).toMatch(/^(basic|cors) 200$/);
    expect(await messages(office)).toContain(message);
    expect(await page.evaluate(trySocket, `${ws}/?channels=*`)).toBe('hello');
    expect(await page.evaluate(tryStream, `${http}/api/events/stream`)).toBe('hello');
  }

  it('on another origin can neither read nor write nor listen', { timeout: 60_000 }, async () => {
    await expectNothing(await pageAt(`http://evil.example:${hostPort}/`), 'from elsewhere');
  });

  it('from a file can neither', { timeout: 60_000 }, async () => {
    const file = join(await emptyDirectory(), 'page.html');
    await writeFile(file, PAGE);
    await expectNothing(await pageAt(`file://${file}`), 'from a file');
  });

  it('whose name was made to point here (DNS rebinding) is shown nothing', async () => {
    const page = await pageAt(`http://evil.example:${office.port}/api/agents`);
    expect(await page.textContent('body')).toContain('host.refused');
    expect(await page.evaluate(tryRead, '/api/agents')).toMatch(/^403 /);
    const wsPort = new URL(office.server.ws).port;
    expect(await page.evaluate(trySocket, `ws://evil.example:${wsPort}/`)).toBe('refused');
  });

  it('on the server’s own origin can do all of it', { timeout: 60_000 }, async () => {
    await expectAll(await pageAt(`${office.server.http}/docs`), 'from our own page');
  });

  it('on localhost can, too, until a token is asked for', { timeout: 60_000 }, async () => {
    const page = await pageAt(`http://localhost:${hostPort}/`);
    await expectAll(page, 'from localhost');
    const locked = await startOffice({ settings: { token: 'secret-enough' } });
    expect(await page.evaluate(tryRead, `${locked.server.http}/api/agents`)).toMatch(/^401 /);
    const ends = await page.evaluate(tryWrites, { url: `${locked.server.http}/api/notifications`, message: 'locked' });
    expect(ends[0]).toBe('cors 401');
    const { body } = await locked.get('/api/notifications', { authorization: 'Bearer secret-enough' });
    expect(JSON.stringify(body.notifications)).not.toContain('"locked"');
  });

  it('that documents the routes shows them, and breaks no rule of its own policy', async () => {
    const context = await browser.newContext();
    onTestFinished(() => context.close());
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on('console', (entry) => complaints.push(entry.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(`${office.server.http}/docs`);
    expect(await page.locator('details summary').count()).toBeGreaterThan(15);
    await page.locator('#agents details summary').first().click();
    expect(await page.locator('#agents details').first().textContent()).toContain('application/json');
    expect(await page.evaluate('document.styleSheets.length')).toBe(1);
    expect(complaints.filter((text) => !text.includes('favicon'))).toEqual([]);
  });
});
