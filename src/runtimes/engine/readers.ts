import type { RuntimeName } from '../../protocol/index.js';
import { openClaudeReader } from '../claude-code/reader.js';
import { openCodexReader } from '../codex/reader.js';
import { openOpenclawReader } from '../openclaw/open.js';
import type { OpenReader } from '../reader.js';

/** Runtimes whose records are read, and by what. */
export const READERS: Partial<Record<RuntimeName, OpenReader>> = {
  'claude-code': openClaudeReader,
  codex: openCodexReader,
  openclaw: openOpenclawReader,
};

/** Their names, in the order in which they are listed. */
export const READ_RUNTIMES = Object.keys(READERS) as RuntimeName[];
