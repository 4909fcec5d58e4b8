import { vi } from 'vitest';

/**
 * How long a test waits for what it asserts, unless it says something else: a second, which is the library's own default, is
 * nothing on a machine that runs other tests beside. A condition that holds ends the wait at once.
 */
const PATIENCE = { timeout: 15_000, interval: 20 };

const { waitFor } = vi;
vi.waitFor = (check, options) => waitFor(check, typeof options === 'number' ? options : { ...PATIENCE, ...options });
