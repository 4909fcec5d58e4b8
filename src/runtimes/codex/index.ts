/** Codex: what its rollouts, locks and names of threads say. Pure: whoever asks reads the files. */
export { isArchived, isPacked, lockedThreads, LOCKS, NAMES, wantsDirectory, wantsFile } from './files.js';
export { form } from './form.js';
export { threadNames } from './names.js';
export { assembleCodex, type CodexSessions } from './sessions.js';
export type { CodexState } from './state.js';
