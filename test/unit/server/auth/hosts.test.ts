import { describe, expect, it } from 'vitest';
import { createHostGuard, isLoopback, urlHost } from '../../../../src/server/auth/hosts.js';

describe('the host guard on loopback', () => {
  const allowHost = createHostGuard({
    host: '127.0.0.1',
    addresses: ['10.0.0.5'],
    allowOrigin: ['https://ops.example'],
  });

  it.each([
    undefined,
    'localhost',
    'localhost:8080',
    'LOCALHOST:8080',
    '127.0.0.1:8080',
    '127.8.8.8',
    '[::1]:8080',
    'ops.example',
    'OPS.example:443',
  ])('lets in %j', (header) => expect(allowHost(header)).toBe(true));

  it.each([
    '',
    'evil.example',
    'evil.example:8080',
    '10.0.0.5:8080',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    'evil.example#localhost',
    'user@localhost',
    'localhost:',
    'localhost:8080:1',
    'localhost:99999999',
    '[::1',
    '0x7f.1',
    'local host',
  ])('refuses %j', (header) => expect(allowHost(header)).toBe(false));
});

describe('the host guard beyond loopback', () => {
  const allowHost = createHostGuard({ host: '0.0.0.0', addresses: ['10.0.0.5', 'fe80::1%eth0'], allowOrigin: [] });

  it.each(['10.0.0.5:8080', '[fe80::1]:8080', '0.0.0.0:8080', 'localhost:8080'])('lets in %j', (header) =>
    expect(allowHost(header)).toBe(true),
  );
  it.each(['10.0.0.6:8080', 'office.lan'])('refuses %j', (header) => expect(allowHost(header)).toBe(false));

  it('lets in the name that it was bound to', () => {
    const guard = createHostGuard({ host: 'office.lan', addresses: [], allowOrigin: [] });
    expect(guard('office.lan:8080')).toBe(true);
  });
});

it('knows loopback by all its names', () => {
  expect(['localhost', '127.0.0.1', '127.1.2.3', '::1', '[::1]'].every(isLoopback)).toBe(true);
  expect(['0.0.0.0', '::', '10.0.0.1', 'localhost.example', '1127.0.0.1'].some(isLoopback)).toBe(false);
});

it('writes hosts as URLs do', () => {
  expect([urlHost('127.0.0.1'), urlHost('::1'), urlHost('[::1]'), urlHost('fe80::1%eth0')]).toEqual([
    '127.0.0.1',
    '[::1]',
    '[::1]',
    '[fe80::1]',
  ]);
});
