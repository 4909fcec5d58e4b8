import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { frameOf } from '../../../src/cli/watch.js';
import { firstLine, makePlace, mc, type Place, run, type Running, type Served, serve } from './mc.js';

let place: Place;
let served: Served;
beforeAll(async () => {
  place = await makePlace();
  served = await serve(place);
});
afterAll(async () => {
  await served.end();
  await place.clear();
});

/** Resolves when the process has printed so much that `found` says yes. */
function until(child: Running, found: (text: string) => boolean): Promise<string> {
  const seen = new Promise<string>((resolve, reject) => {
    let text = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (found(text)) resolve(text);
    });
    void child.then(() => reject(new Error(`ended before it was seen: ${text}`)));
  });
  // Who waits for it comes later.
  seen.catch(() => {});
  return seen;
}

const report = (status: string) => run(place, ['agents', 'report', 'api', '--status', status, '-w', place.office]);

describe('--watch of a list', () => {
  it('prints a line of JSON for each change, and ends with 130 at Ctrl-C', async () => {
    await report('idle');
    const child = mc(place, ['agents', 'list', '--watch', '--json', '-w', place.office], { timeout: 60_000 });
    const seen = until(child, (text) =>
      text.split('\n').some((line) => /"id":"api".*?"normalized_status":"error"/.test(line)),
    );
    await firstLine(child);
    await report('error');
    const lines = (await seen).trimEnd().split('\n');
    expect(lines.length).toBeGreaterThan(1);
    for (const line of lines) expect(JSON.parse(line)).toHaveProperty('agents');
    child.kill('SIGINT');
    expect((await child).exitCode).toBe(130);
  });

  it('prints one table below the other on a pipe, and ends well when nobody reads any more', async () => {
    await report('idle');
    const child = mc(place, ['tasks', 'list', '--watch', '-w', place.office], { timeout: 60_000 });
    const seen = until(child, (text) => text.includes('\n\nSTATUS') && text.includes('look at the watch'));
    await firstLine(child);
    await run(place, ['tasks', 'add', 'look at the watch', '-w', place.office]);
    await seen;
    child.stdout?.destroy();
    await run(place, ['tasks', 'add', 'nobody reads this', '-w', place.office]);
    expect((await child).exitCode).toBe(0);
  });

  it('needs a server', async () => {
    const { status } = await run(place, [
      'backup',
      'list',
      '--watch',
      '-w',
      place.office,
      '--server',
      'http://127.0.0.1:1',
    ]);
    expect(status).toBe(3);
  });
});

it('a frame begins at the top and is cut to the rows there are', () => {
  expect(frameOf('a\nb', 24)).toBe('\u001b[H\u001b[2Ja\nb\n');
  expect(frameOf('a\nb\nc\nd', 4)).toBe('\u001b[H\u001b[2Ja\nb\nand 2 lines more\n');
});

describe('mc status --exit-code', () => {
  it('ends with 5 while anything needs a person, with 3 without a server', async () => {
    await report('error');
    const asked = ['status', '--exit-code', '--once', '-w', place.office];
    expect((await run(place, asked)).status).toBe(5);
    expect(
      (
        await run(
          place,
          asked.filter((word) => word !== '--exit-code'),
        )
      ).status,
    ).toBe(0);
    expect((await run(place, [...asked, '--server', 'http://127.0.0.1:1'])).status).toBe(3);
  });
});
