import { chmodSync, readFileSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Webhook } from 'standardwebhooks';
import { startReceiver } from '../../support/receiver.js';
import { makePlace, type Place, run, runJson, serve } from '../cli/mc.js';

let place: Place;
beforeEach(async () => {
  place = await makePlace({ overdue: true });
});
afterEach(() => place.clear());

const alertsFile = () => join(place.home, 'config', 'mission-control', 'alerts.json');
const target = (...args: string[]) => ['alerts', 'target', ...args];

/** What stands in every place that must not be seen: parts of URLs, tokens, passwords. */
const SECRETS = {
  hook: 'hook-path-71c2',
  slack: 'slack-path-88f1',
  bot: '4242:bot-token-19aa',
  env: 'env-token-5b5b',
  mail: 'mail-pass-3e3e',
  manager: 'manager-pass-9d9d',
};

describe('mc alerts target', () => {
  it('keeps targets for their owner alone, lists them without secrets, pauses and removes them', async () => {
    const url = `https://example.org/${SECRETS.hook}`;
    const { json: added } = await runJson(place, target('add', 'ops', url, '--level', 'error', '--rule', 'disk_low'));
    expect(added).toMatchObject({ success: true, secret: expect.stringMatching(/^whsec_/) });
    expect(added.target).toMatchObject({
      name: 'ops',
      kind: 'webhook',
      url: 'https://example.org/•••',
      level: 'error',
    });
    expect((await stat(alertsFile())).mode & 0o777).toBe(0o600);
    const slack = await run(place, target('add', 'chat', 'slack:'), {
      input: `https://hooks.slack.com/${SECRETS.slack}\n`,
    });
    expect([slack.status, slack.out]).toEqual([0, 'added chat: slack:\n']);
    const { json: list } = await runJson(place, target('list'));
    expect(list.targets.map(({ name }: { name: string }) => name)).toEqual(['ops', 'chat']);
    expect(list.targets[0]).toMatchObject({ rules: ['disk_low'], waiting: null, last_success_at: null });
    expect(JSON.stringify(list)).not.toContain(SECRETS.hook);

    expect((await run(place, target('pause', 'ops'))).out).toBe('paused ops\n');
    expect((await runJson(place, target('list'))).json.targets[0].paused).toBe(true);
    expect((await run(place, target('pause', 'ops', '--resume'))).out).toBe('ops goes on\n');
    expect((await run(place, target('remove', 'ops', '--dry-run'))).out).toBe(
      'would remove ops (https://example.org/•••)\n',
    );
    expect((await run(place, target('remove', 'ops'))).status).toBe(2);
    expect((await run(place, target('remove', 'ops', '--yes'))).status).toBe(0);
    expect((await run(place, target('remove', 'ops', '--yes'))).status).toBe(4);
    expect((await runJson(place, target('list'))).json.targets).toHaveLength(1);
  });

  it('changes a secret under a running server: both sign until --finish', { timeout: 120_000 }, async () => {
    const receiver = await startReceiver();
    const { json: added } = await runJson(place, target('add', 'ops', receiver.url, '--private'));
    const served = await serve(place);
    try {
      const here = ['-w', place.office];
      /** Sends tests until one is signed so many times, as the server sees the file by and by; by which secrets it verifies. */
      const signedBy = async (count: number, secrets: string[]) => {
        await expect
          .poll(
            async () => {
              await run(place, target('test', 'ops', ...here));
              return String(receiver.received.at(-1)?.headers['webhook-signature']).split(' ').length;
            },
            { timeout: 60_000 },
          )
          .toBe(count);
        const last = receiver.received.at(-1);
        const headers = last?.headers as Record<string, string>;
        return secrets.map((secret) => {
          try {
            return Boolean(new Webhook(secret).verify(last?.body ?? '', headers));
          } catch {
            return false;
          }
        });
      };
      const { json: rotated } = await runJson(place, target('rotate', 'ops'));
      expect(rotated).toMatchObject({ success: true, target: 'ops', finished: false });
      const secrets = [added.secret, rotated.secret] as string[];
      expect(await signedBy(2, secrets)).toEqual([true, true]);
      const again = await run(place, target('rotate', 'ops'));
      expect([again.status, again.err]).toEqual([2, expect.stringContaining('rotate ops --finish')]);
      expect((await run(place, target('rotate', 'ops', '--finish'))).out).toBe(
        'ops is signed by its new secret only\n',
      );
      expect(await signedBy(1, secrets)).toEqual([false, true]);
      const given = await run(place, target('rotate', 'ops', '--secret-stdin'), { input: `${added.secret}\n` });
      expect([given.status, given.out]).toEqual([0, 'ops is signed by its new secret and by the old one\n']);
      const two = await run(place, target('rotate', 'ops', '--secret-stdin'), { input: 'a\nb\n' });
      expect([two.status, two.err]).toEqual([2, expect.stringContaining('two lines')]);
    } finally {
      await served.end();
    }
  });

  it('keeps all that are added at once: who comes second is told to try again', { timeout: 60_000 }, async () => {
    const names = ['t1', 't2', 't3'];
    const results = await Promise.all(
      names.map((name) => run(place, target('add', name, 'https://example.org'), { timeout: 50_000 })),
    );
    const added = names.filter((_, at) => results[at]?.status === 0);
    expect(added.length).toBeGreaterThan(0);
    expect(results.every(({ status }) => status === 0 || status === 6)).toBe(true);
    const { json } = await runJson(place, target('list'));
    expect(json.targets.map(({ name }: { name: string }) => name).sort()).toEqual(added);
  });

  it('refuses what cannot be a target, with the reason and what to write', async () => {
    const refused = async (args: string[], message: string, input = '') => {
      const { status, err } = await run(place, target('add', ...args), { input });
      expect([status, err]).toEqual([2, expect.stringContaining(message)]);
    };
    await refused(['ops', 'http://example.org/'], 'http:// tells everyone on the way');
    await refused(['ops', 'gopher://example.org'], 'write https://…');
    await refused(['Ops', 'https://example.org'], '"name" is not a name');
    await refused(['ops', 'https://example.org', '--quiet-hours', 'at night'], '"quiet" makes no sense');
    await refused(['bot', 'telegram://1'], 'stdin is empty: the token of the bot is missing');
    await run(place, target('add', 'ops', 'https://example.org'));
    await refused(['ops', 'https://example.org'], 'there is a target "ops" already');
    chmodSync(alertsFile(), 0o644);
    const open = await run(place, target('list'));
    expect([open.status, open.err]).toEqual([
      2,
      expect.stringMatching(/can be read or written by others[\s\S]*chmod 600/),
    ]);
  });
});

describe('a server with targets', () => {
  it('takes an alert to each of them, and nothing that is secret is seen anywhere', { timeout: 120_000 }, async () => {
    const receiver = await startReceiver((response, { path, body }) => {
      // Receivers quote what they are sent.
      response.writeHead(path.includes('slack') || path.includes('bot') ? 500 : 204).end(`${path} ${body}`);
    });
    const at = receiver.url;
    const served = await serve(
      place,
      [
        '--log-level',
        'trace',
        '--log-format',
        'json',
        '--alertmanager-url',
        at.replace('//', `//me:${SECRETS.manager}@`),
      ],
      {
        env: {
          MC_SMTP_URL: `smtp://me:${SECRETS.mail}@127.0.0.1:1`,
          MC_SMTP_FROM: 'mc@example.org',
          NTFY_TOKEN: SECRETS.env,
        },
      },
    );
    let seen = '';
    const said = async (args: string[], input = '') => {
      const { status, out, err } = await run(place, [...args, '-w', place.office], { input });
      seen += out + err;
      return { status, out, err };
    };
    const here = async (...args: string[]) => {
      const { out, err } = await run(place, target(...args));
      seen += out.replaceAll(/whsec_\S+/g, '') + err;
      return out;
    };
    try {
      const made = await here('add', 'ops', `${at}/${SECRETS.hook}`, '--private');
      await run(place, target('add', 'chat', `slack+${at}/slack/${SECRETS.slack}`, '--private'));
      await run(place, target('add', 'bot', `telegram+${at}/-100`, '--private'), { input: SECRETS.bot });
      await run(place, target('add', 'phone', `ntfy+${at}/topic`, '--private', '--secret-env', 'NTFY_TOKEN'));
      await run(place, target('add', 'mail', 'mailto:ops@example.org'));
      const tested = await said(['alerts', 'test', 'ops']);
      expect([tested.status, tested.out]).toEqual([0, expect.stringMatching(/^the test reached ops \(\d+ ms\)\n$/)]);
      expect((await said([...target('test', 'chat')])).status).toBe(1);
      expect((await said([...target('test', 'bot'), '--json'])).status).toBe(1);
      expect((await said([...target('test', 'opps')])).status).toBe(4);

      expect((await said(['agents', 'report', 'api', '--status', 'error'])).status).toBe(0);
      const told = (path: string) => receiver.received.filter((one) => one.path.includes(path)).at(-1);
      await expect.poll(() => told(SECRETS.hook)?.json.type, { timeout: 20_000 }).toBe('alert.firing');
      await expect.poll(() => told('bot')?.json.chat_id, { timeout: 20_000 }).toBe('-100');
      await expect
        .poll(() => receiver.received.some(({ headers }) => headers.authorization === `Bearer ${SECRETS.env}`), {
          timeout: 20_000,
        })
        .toBe(true);
      await expect.poll(() => told('/api/v2/alerts')?.json?.length, { timeout: 20_000 }).toBeGreaterThan(0);
      const { headers, body, json } = told(SECRETS.hook) ?? { headers: {}, body: '', json: {} };
      expect(json.data).toMatchObject({ rule: 'agent_error', agent: 'api' });
      const [secret = ''] = /whsec_\S+/.exec(made) ?? [];
      expect(() => new Webhook(secret).verify(body, headers as Record<string, string>)).not.toThrow();

      const rows = async (...args: string[]) => {
        const { out } = await said(['alerts', 'deliveries', '--json', ...args]);
        return JSON.parse(out).deliveries as { id: number; target: string; state: string; last_error: string | null }[];
      };
      await expect
        .poll(
          async () =>
            (await rows('--target', 'chat')).every(({ last_error }) => last_error?.includes('it answered 500')),
          { timeout: 20_000 },
        )
        .toBe(true);
      const [chat] = await rows('--target', 'chat');
      expect((await said(['alerts', 'retry', String(chat?.id)])).status).toBe(0);
      expect((await said(['alerts', 'retry', '999999'])).status).toBe(4);
      for (const args of [
        [...target('list')],
        [...target('list'), '--json'],
        ['alerts', 'deliveries'],
        ['config', 'show'],
        ['config', 'show', '--json'],
        ['events', 'list', '--json'],
      ]) {
        await said(args);
      }
      for (const path of [
        '/api/alerts/targets',
        '/api/alerts/deliveries',
        '/metrics',
        '/api/health',
        '/api/notifications',
        '/api/system/events',
      ]) {
        seen += await (await fetch(served.ready.http + path)).text();
      }
      expect(seen).toContain('mc_alert_deliveries_total{target="ops",outcome="delivered"}');
      seen += readFileSync(`/proc/${served.ready.pid}/cmdline`, 'utf8').replaceAll(SECRETS.manager, '');
    } finally {
      await served.end();
    }
    const { stderr, stdout } = await served.process;
    seen += String(stdout) + String(stderr);
    expect(Object.entries(SECRETS).filter(([, secret]) => seen.includes(secret))).toEqual([]);
    expect(seen).not.toContain('whsec_');
    expect(seen).toContain('•••');
  });

  it('loads nothing that sends before there is somewhere to send to', { timeout: 120_000 }, async () => {
    const list = join(place.home, 'loaded.txt');
    const preload = fileURLToPath(new URL('../../support/loaded.cjs', import.meta.url));
    const env = { NODE_OPTIONS: `--require ${preload}`, MC_TEST_LOADED: list };
    // A text of each package that stays whatever is done to its code.
    const marks = {
      'request-filtering-agent': 'It is private IP address',
      cockatiel: 'Execution prevented because the circuit breaker is open',
      standardwebhooks: "Secret can't be empty.",
      nodemailer: 'nodemailer',
      execa: 'forceKillAfterDelay',
    };
    const sending = () => {
      const files = [...new Set(readFileSync(list, 'utf8').trim().split('\n'))];
      expect(files.some((file) => file.includes('dist/bundle'))).toBe(true);
      const texts = files.map((file) => readFileSync(file, 'utf8')).join('\n');
      return Object.entries(marks).flatMap(([name, mark]) => (texts.includes(mark) ? [name] : []));
    };
    const receiver = await startReceiver();
    const served = await serve(place, [], { env });
    try {
      await run(place, ['agents', 'report', 'api', '--status', 'error', '-w', place.office]);
      for (const args of [['alerts', 'deliveries'], target('list')]) {
        expect((await run(place, [...args, '-w', place.office], { env })).status).toBe(0);
      }
      expect(sending()).toEqual([]);
      const add = target('add', 'ops', `${receiver.url}/`, '--private');
      expect((await run(place, add, { env })).status).toBe(0);
      expect((await run(place, [...target('test', 'ops'), '-w', place.office])).status).toBe(0);
      expect(sending().sort()).toEqual(['cockatiel', 'request-filtering-agent', 'standardwebhooks']);
    } finally {
      await served.end();
    }
  });
});
