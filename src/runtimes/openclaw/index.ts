/** OpenClaw: what its databases, archives, files and rollouts say. Reads them itself, and changes none. */
export type {
  OpenclawLook,
  OpenclawReader,
} from './contract.js';
export { createOpenclawReader } from './reader.js';
