import { describe, expect, it } from 'vitest';
import { bounded, idOf, type Message } from '../../../../src/alerts/delivery/message.js';
import { parseTarget, parseTargets } from '../../../../src/alerts/delivery/target-list.js';
import { hears, isLike, parseAddress, shownUrl } from '../../../../src/alerts/delivery/target.js';
import { letterOf } from '../../../../src/alerts/delivery/targets/email.js';
import { noticeOf } from '../../../../src/alerts/delivery/targets/apprise.js';
import { FORMS } from '../../../../src/alerts/delivery/targets/forms.js';
import { FIRED_AT, firingAlert } from '../../../support/firing.js';
import * as fc from '../../../support/property.js';

const messageOf = (changes: Partial<Message> = {}): Message => {
  const alerts = (changes.alerts ?? [firingAlert()]).map(bounded);
  const id = idOf(alerts[0]?.id ?? '');
  const message = { id, type: 'alert.firing', at: FIRED_AT, total: alerts.length, host: 'host-1', url: 'http://mc/x' };
  return { ...message, ...changes, alerts } as Message;
};
const made = (url: string, message: Message, secrets: string[] = [], canary = false) => {
  const address = parseAddress(url);
  if (address.kind === 'email') throw new Error('a letter is not a request');
  const outgoing = FORMS[address.kind]({ message, address, secrets, canary });
  return { ...outgoing, json: JSON.parse(outgoing.body) };
};

describe('the URL of a target', () => {
  it.each([
    ['https://example.org/in?x=1', 'webhook', 'https://example.org/•••'],
    ['https://example.org', 'webhook', 'https://example.org'],
    ['https://me:pass@example.org/in', 'webhook', 'https://•••@example.org/•••'],
    ['slack+https://chat.example.org/services/T0/B0/secret', 'slack', 'slack+https://chat.example.org/•••'],
    ['discord+https://discord.com/api/webhooks/1/token', 'discord', 'discord+https://discord.com/•••'],
    ['ntfy+https://ntfy.sh/my-topic', 'ntfy', 'ntfy+https://ntfy.sh/•••'],
    ['telegram://-1001234', 'telegram', 'telegram://-1001234'],
    ['telegram://@ops_channel', 'telegram', 'telegram://@ops_channel'],
    ['pagerduty://', 'pagerduty', 'pagerduty://'],
    ['pagerduty+https://events.eu.pagerduty.com', 'pagerduty', 'pagerduty+https://events.eu.pagerduty.com'],
    ['mailto:ops@example.org', 'email', 'mailto:ops@example.org'],
    ['apprise:matrix://user:pass@host/#room', 'apprise', 'apprise:•••'],
    ['apprise+https://apprise.lan/notify/key', 'apprise', 'apprise+https://apprise.lan/•••'],
    ['slack:', 'slack', 'slack:'],
  ])('%s is a %s, shown as %s', (url, kind, shown) => {
    const address = parseAddress(url);
    expect([address.kind, shownUrl({ url, address })]).toEqual([kind, shown]);
  });

  it.each([
    'ftp://example.org',
    'example.org',
    '',
    'https://',
    'https://exa mple.org',
    'https://example.org/#x',
    'ntfy+https://ntfy.sh',
    'ntfy+https://ntfy.sh/a/b',
    'telegram://',
    'telegram://a b',
    'mailto:',
    'mailto:a@b\r\nBcc: c@d',
    'mailto:a@b%0d%0aBcc:c@d',
    'pagerduty://KEY',
    'matrix://host',
  ])('%j is refused without being quoted', (url) => {
    expect(() => parseAddress(url)).toThrow(expect.objectContaining({ code: 'usage' }));
  });

  it.each([
    [{ name: 'a', url: 'http://example.org' }, 'http:// tells everyone on the way'],
    [{ name: 'A', url: 'https://example.org' }, '"name" is not a name'],
    [{ name: 'alertmanager', url: 'https://example.org' }, '"name" is not a name'],
    [{ name: 'a', url: 5 }, '"url" is not a text'],
    [{ name: 'a', url: 'https://x', levle: 'info' }, 'there is no key "levle"'],
    [{ name: 'a', url: 'https://x', level: 'loud' }, '"level" is not a severity'],
    [{ name: 'a', url: 'https://x', quiet: 'at night' }, '"quiet" makes no sense'],
    [{ name: 'a', url: 'https://x', secret: { env: 'A B' } }, '"secret" is not a secret'],
    [{ name: 'a', url: 'https://x', secret: ['1', '2', '3'] }, '"secret" is not a secret'],
    [{ name: 'a', url: 'https://x', secret: { file: '' } }, '"secret" is not a secret'],
    [{ name: 'a', url: 'https://x', rules: 'r' }, '"rules" is not a list of texts'],
    [{ name: 'a', url: 'https://x', private: 1 }, '"private" is not true or false'],
    [null, 'is not an object'],
    [[], 'is not an object'],
  ])('%j in the file is told with its place', (entry, message) => {
    expect(() => parseTarget(entry, 'alerts.json: targets[0]', '/')).toThrow(message);
  });

  it('tells of two with one name, and of what is not a list', () => {
    const one = { name: 'a', url: 'https://x' };
    expect(() => parseTargets([one, one], 'f')).toThrow('two targets are called "a"');
    expect(() => parseTargets({ a: one }, 'f')).toThrow('"targets" is not a list');
  });
});

describe('who hears of an alert', () => {
  it('goes by severity, rule and agent', () => {
    const target = (more: object) => parseTarget({ name: 'a', url: 'https://x', ...more }, 'f', '/home/me');
    const alert = firingAlert({ severity: 'warning' });
    expect(hears(target({}), alert)).toBe(true);
    expect(hears(target({}), { ...alert, severity: 'info' })).toBe(false);
    expect(hears(target({ level: 'error' }), alert)).toBe(false);
    expect(hears(target({ rules: ['x', 'agent_error'] }), alert)).toBe(true);
    expect(hears(target({ agents: ['web-?'] }), alert)).toBe(true);
    expect(hears(target({ agents: ['db-*'] }), alert)).toBe(false);
    expect(hears(target({ agents: ['*'] }), { ...alert, agent: null })).toBe(false);
  });

  it('matches as a regular expression would, however many stars there are', () => {
    const alphabet = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?', '.'), maxLength: 12 });
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', 'b', '.'), maxLength: 12 }), alphabet, (text, glob) => {
        const source = glob.replaceAll('.', '\\.').replaceAll(/\*+/g, '.*').replaceAll('?', '.');
        expect(isLike(text, glob)).toBe(new RegExp(`^${source}$`).test(text));
      }),
    );
    expect(isLike('a'.repeat(5000), `${'*a'.repeat(2000)}b`)).toBe(false);
  });
});

describe('the forms', () => {
  const hostile = firingAlert({
    agent: '<!channel> @everyone *x*',
    summary: 'one\r\ntwo <!here> & @everyone [link](http://x) \u202e`code`',
    evidence: '<script>\u0000\u001b[31m',
  });

  it('Slack: nobody is mentioned', () => {
    const { url, json } = made('slack+https://hooks.slack.com/services/T/B/X', messageOf({ alerts: [hostile] }));
    expect(url).toBe('https://hooks.slack.com/services/T/B/X');
    expect(json.text).toContain('&lt;!here&gt; &amp; @everyone');
    expect(json.text).not.toMatch(/<!|<script/);
    expect(json.text.split('\n')[0]).toMatch(/^\*\[error\] one two .*\*$/);
  });

  it('Slack: the whole URL may be the secret', () => {
    expect(made('slack:', messageOf(), ['https://hooks.slack.com/services/T/B/X']).url).toBe(
      'https://hooks.slack.com/services/T/B/X',
    );
  });

  it('Discord: nobody is mentioned, and it is short enough', () => {
    const alerts = Array.from({ length: 50 }, () => ({ ...hostile, summary: 'x'.repeat(400) }));
    const { json } = made('discord+https://discord.com/api/webhooks/1/t', messageOf({ type: 'alert.digest', alerts }));
    expect(json.allowed_mentions).toEqual({ parse: [] });
    expect(json.content.length).toBeLessThanOrEqual(2000);
  });

  it('ntfy: posted to the server, with topic, priority and token', () => {
    const critical = firingAlert({ severity: 'critical' });
    const { url, headers, json } = made('ntfy+https://ntfy.sh/my%20topic', messageOf({ alerts: [critical] }), ['tk_1']);
    expect([url, headers.authorization]).toEqual(['https://ntfy.sh', 'Bearer tk_1']);
    expect(json).toMatchObject({ topic: 'my topic', priority: 5, title: '[critical] web-1 is in error' });
    expect(json.tags).toContain(messageOf().id);
    expect(made('ntfy+https://a:b@ntfy.sh/t', messageOf()).headers.authorization).toBe('Basic YTpi');
  });

  it('Telegram: plain text to a chat', () => {
    const { url, json } = made('telegram://-100', messageOf({ alerts: [hostile] }), ['1:AA']);
    expect(url).toBe('https://api.telegram.org/bot1:AA/sendMessage');
    expect(json.chat_id).toBe('-100');
    expect(json).not.toHaveProperty('parse_mode');
    expect(made('telegram+https://bots.lan:8081/-100', messageOf(), ['1:AA']).url).toBe(
      'https://bots.lan:8081/bot1:AA/sendMessage',
    );
  });

  it('PagerDuty: triggers and resolves under one key; a proof wakes nobody', () => {
    const trigger = made('pagerduty://', messageOf(), ['KEY']);
    const resolved = messageOf({ type: 'alert.resolved', id: `${messageOf().id}|resolved` });
    const resolve = made('pagerduty://', resolved, ['KEY']);
    expect(trigger.url).toBe('https://events.pagerduty.com/v2/enqueue');
    expect(trigger.json).toMatchObject({
      event_action: 'trigger',
      routing_key: 'KEY',
      payload: { severity: 'error', source: 'host-1' },
    });
    expect(resolve.json).toEqual({ routing_key: 'KEY', event_action: 'resolve', dedup_key: trigger.json.dedup_key });
    expect(made('pagerduty://', messageOf({ type: 'test' }), ['KEY'], true).json.event_action).toBe('resolve');
    const long = messageOf({ id: idOf(`rule|${'x'.repeat(500)}|h|1`) });
    expect(made('pagerduty://', long, ['KEY']).json.dedup_key).toHaveLength(255);
  });

  it('e-mail: one line is the subject, and each attempt has the same id', () => {
    const letter = letterOf(messageOf({ alerts: [{ ...hostile, summary: 'a\r\nBcc: all@example.org' }] }));
    expect(letterOf(messageOf()).messageId).toBe(letterOf(messageOf()).messageId);
    expect(letter.messageId).toMatch(/^<[0-9a-f]{32}@mission-control>$/);
    expect(letter.subject).not.toMatch(/[\r\n]/);
  });

  it('Apprise: severities in its words', () => {
    expect(noticeOf(messageOf()).type).toBe('failure');
    expect(noticeOf(messageOf({ type: 'alert.resolved' })).type).toBe('success');
    expect(made('apprise+https://apprise.lan/notify', messageOf(), ['json://x']).json).toMatchObject({
      urls: 'json://x',
    });
  });

  it('a header can hold the id of any alert', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (agent) => {
        expect(idOf(`rule|${agent}|h|2026-01-01T00:00:00.000Z`)).toMatch(/^[A-Za-z0-9|:%_\-!~*'()]+$/);
      }),
    );
  });
});
