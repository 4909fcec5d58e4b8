import { setFlagsFromString } from 'node:v8';

/**
 * Keeps V8's young generation small while a server loads and reads its first workspace: what is allocated then would make
 * it grow to a size that an idle server never needs and never gives back (about 25 MB of resident memory). The function
 * returned lifts that, so that a busy server may grow as V8 sees fit. V8 ignores a flag that it does not know.
 */
export function startWithSmallHeap(): () => void {
  setFlagsFromString('--semi-space-growth-factor=1');
  return () => setFlagsFromString('--semi-space-growth-factor=2');
}
