/** What commands share: flags, reaching a server, printing a result as text or JSON, errors to exit codes. */
export { agentCard, agentsTable } from './agents.js';
export { cleanText } from './clean.js';
export { type Desk, McCommand } from './command.js';
export { configTable, shownConfig } from './config.js';
export { eventText } from './events.js';
export { settingFlags } from './flags.js';
export { readNumbers } from './pairs.js';
export { reachServer, type Server } from './reach.js';
export { aborted, interrupted, type SignalWatch, watchSignals } from './signals.js';
export { type Starter, writeStarter } from './starter.js';
export { collectStatus, noServerLine, type Status, statusLine, statusText } from './status.js';
export { suggest } from './suggest.js';
export { tailEvents } from './tail.js';
export { tasksTable } from './tasks.js';
export { terminalOf } from './terminal.js';
