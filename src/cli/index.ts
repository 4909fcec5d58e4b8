/** What commands share: flags, reaching a server, printing a result as text or JSON, errors to exit codes. */
export { agentCard, agentsTable } from './agents.js';
export { askAgent, askTask } from './ask.js';
export { cleanText } from './clean.js';
export { type Desk, McCommand } from './command.js';
export { configTable, shownConfig } from './config.js';
export { eventText } from './events.js';
export { settingFlags } from './flags.js';
export { reachServer } from './reach.js';
export { printReady } from './ready.js';
export { quote } from './quote.js';
export { readReport } from './report.js';
export { aborted, interrupted, watchSignals } from './signals.js';
export { loadSocket } from './socket.js';
export { starterText, writeStarter } from './starter.js';
export { collectStatus, noServerLine, statusLine, statusText } from './status.js';
export { readPosition, tailEvents } from './tail.js';
export { tasksTable } from './tasks.js';
export { terminalOf } from './terminal.js';
