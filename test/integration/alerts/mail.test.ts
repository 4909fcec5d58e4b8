import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { describe, expect, it, onTestFinished } from 'vitest';
import { standUp, until } from '../../support/delivery.js';
import { firingAlert } from '../../support/firing.js';

const PASSWORD = 'mail-pass-word';

/** A real mail server that keeps what it takes, closed after the test. */
async function startMail(options: SMTPServerOptions = {}) {
  const letters: { to: string[]; from: string; text: string }[] = [];
  const server = new SMTPServer({
    disabledCommands: ['STARTTLS'],
    allowInsecureAuth: true,
    authOptional: true,
    onAuth: ({ username, password }, _, done) =>
      username === 'mc' && password === PASSWORD ? done(null, { user: username }) : done(new Error('no')),
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const { mailFrom, rcptTo } = session.envelope;
        const from = mailFrom === false ? '' : mailFrom.address;
        letters.push({ to: rcptTo.map(({ address }) => address), from, text: Buffer.concat(chunks).toString() });
        done();
      });
    },
    ...options,
  });
  server.on('error', () => {});
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  onTestFinished(
    () =>
      new Promise<void>((resolve) => {
        server.close(resolve);
      }),
  );
  const { port } = server.server.address() as AddressInfo;
  return { letters, url: `smtp://mc:${PASSWORD}@127.0.0.1:${port}` };
}

const targets = [{ name: 'mail', url: 'mailto:ops@example.org,boss@example.org' }];
const hostile = firingAlert({ summary: 'down\r\nBcc: all@example.org\r\n\r\n.\r\nQUIT' });

describe('e-mail', () => {
  it('arrives as plain text, and no text becomes a header', async () => {
    const { letters, url } = await startMail();
    const stand = standUp({ targets, smtp: { url, from: 'Mission Control <mc@example.org>' } });
    stand.fire(hostile);
    await until(() => expect(stand.states()).toEqual(['mail firing delivered']));
    const [letter] = letters;
    expect([letter?.from, letter?.to]).toEqual(['mc@example.org', ['ops@example.org', 'boss@example.org']]);
    const [head = '', ...body] = letter?.text.split('\r\n\r\n') ?? [];
    expect(head).toMatch(/^Subject: \[error\] down Bcc: all@example\.org/m);
    expect(head).not.toMatch(/^Bcc:/m);
    expect(head).toMatch(/^Content-Type: text\/plain/m);
    expect(head).toMatch(/^Message-ID: <[0-9a-f]{32}@mission-control>/m);
    expect(body.join('\n')).toContain('agents/web-1/state.json');
  });

  it('is refused for good by a 5xx, and tried again after a 4xx and without a server', async () => {
    const refusing = await startMail({
      onRcptTo: (_, __, done) => done(Object.assign(new Error('no such user'), { responseCode: 550 })),
    });
    const busy = await startMail({
      onMailFrom: (_, __, done) => done(Object.assign(new Error('later'), { responseCode: 451 })),
    });
    const first = standUp({ targets, smtp: { url: refusing.url, from: 'mc@example.org' } });
    first.fire(firingAlert());
    await until(() => expect(first.states()).toEqual(['mail firing refused']));
    expect(first.notified[0]?.message).toMatch(/550 no such user/);
    const second = standUp({ targets, smtp: { url: busy.url, from: 'mc@example.org' } });
    second.fire(firingAlert());
    await until(() => expect(second.delivery.targets().targets[0]?.last_error).toMatch(/451 later/));
    const third = standUp({ targets, smtp: { url: 'smtp://127.0.0.1:1', from: 'mc@example.org' } });
    third.fire(firingAlert());
    await until(() => expect(third.delivery.targets().targets[0]?.last_error).toMatch(/nothing listens there/));
    expect([...second.states(), ...third.states()]).toEqual(['mail firing waiting', 'mail firing waiting']);
  });

  it('says what to set when there is no mail server, and shows no password', async () => {
    const none = standUp({ targets });
    none.fire(firingAlert());
    await until(() => expect(none.states()).toEqual(['mail firing refused']));
    expect(none.notified[0]?.message).toMatch(/set smtpUrl and smtpFrom/);
    const { url } = await startMail();
    const wrong = standUp({ targets, smtp: { url: url.replace('mc:', 'other:'), from: 'mc@example.org' } });
    wrong.fire(firingAlert());
    await until(() => expect(wrong.notified).toHaveLength(1));
    expect(JSON.stringify([wrong.notified, wrong.delivery.targets()]) + wrong.logged()).not.toContain(PASSWORD);
  });

  it('sends no password to another machine without TLS', async () => {
    const { url, letters } = await startMail();
    // A name of this machine that is not called local.
    const named = url.replace('127.0.0.1', '0.0.0.0');
    const stand = standUp({ targets, smtp: { url: named, from: 'mc@example.org' } });
    stand.fire(firingAlert());
    await until(() => expect(stand.states()).toEqual(['mail firing refused']));
    expect(stand.notified[0]?.message).toMatch(/offers no TLS, and a password is not sent without/);
    expect(letters).toHaveLength(0);
  });
});
