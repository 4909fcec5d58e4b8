import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/opt/google/chrome/chrome',
];

/** Where a Chromium is on this machine; `MC_CHROMIUM` names another place. null: there is none. */
function findChromium(): string | null {
  const named = process.env.MC_CHROMIUM;
  return [...(named ? [named] : []), ...PLACES].find((path) => existsSync(path)) ?? null;
}

/**
 * Whether tests that need a browser are to be left out. Says so loudly, and never when `MC_REQUIRE_BROWSER` is 1: then they
 * fail.
 */
export function lacksBrowser(tests: string): boolean {
  if (findChromium() !== null || process.env.MC_REQUIRE_BROWSER === '1') return false;
  console.log(`LOUD: no Chromium on this machine: ${tests} were not run (apt-get install chromium)`);
  return true;
}

/** A browser for which every name below `.example` is this machine. */
export async function startBrowser(): Promise<Browser> {
  const executablePath = findChromium();
  if (executablePath === null) throw new Error('MC_REQUIRE_BROWSER=1, and there is no Chromium');
  return chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--no-proxy-server', '--host-resolver-rules=MAP *.example 127.0.0.1'],
  });
}
