import { describe, expect, it } from 'vitest';
import { createOriginGuard, readOrigins } from '../../../../src/server/auth/origins.js';

describe('the origin guard', () => {
  const allowOrigin = createOriginGuard({
    own: () => ['http://10.0.0.5:8080'],
    allowOrigin: readOrigins(['https://Ops.example:443/']),
  });

  it.each([
    undefined,
    'http://localhost:3000',
    'http://localhost',
    'http://127.0.0.1:5173',
    'http://[::1]:8080',
    'http://10.0.0.5:8080',
    'https://ops.example',
  ])('lets in pages of %j', (origin) => expect(allowOrigin(origin)).toBe(true));

  it.each([
    'null',
    '',
    'http://evil.example',
    'http://localhost.evil.example',
    'http://evil.example/?http://localhost',
    'http://10.0.0.5:8081',
    'http://ops.example',
    'https://ops.example.evil',
    'http://localhost:3000\n',
    'HTTP://LOCALHOST',
    'file://',
  ])('keeps out pages of %j', (origin) => expect(allowOrigin(origin)).toBe(false));
});

it.each(['*', 'null', 'ops.example', 'https://ops.example/page', 'ftp://ops.example', 'https://a@ops.example'])(
  'refuses %j as an origin to allow',
  (entry) => expect(() => readOrigins([entry])).toThrow(expect.objectContaining({ code: 'usage' })),
);
