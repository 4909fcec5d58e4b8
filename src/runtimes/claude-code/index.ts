/** Claude Code: what its transcripts and the records of its processes say. Pure: whoever asks reads the files. */
export { wantsFile, wantsRecord } from './files.js';
export { form } from './form.js';
export { recordOf, type ProcessRecord } from './registry.js';
export { assembleClaude, type ClaudeSession } from './sessions.js';
export type { ClaudeState } from './state.js';
