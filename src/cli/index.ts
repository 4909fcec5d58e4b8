/** What commands share: flags, reaching a server, printing a result as text or JSON, errors to exit codes. */
export { agentCard, agentsTable } from './agents.js';
export { apiText, callApi, followApi, isStream, limitOf, readApiCall } from './api.js';
export { askAgent, askTask, mustKnowAgent } from './ask.js';
export { type CheckFacts, type CheckLimits, checkJunit, checkText, runChecks, silenceLimit } from './check.js';
export { askFacts, checkedAgent, newestAge } from './check-facts.js';
export { cleanJson, cleanText } from './clean.js';
export { type Desk, McCommand } from './command.js';
export { configTable, shownConfig } from './config.js';
export { diagnose, doctorText } from './doctor.js';
export { machineProbes } from './doctor-local.js';
export { eventLogTable } from './event-log.js';
export {
  backupCard,
  backupsTable,
  drillText,
  problemsText,
  proceduresText,
  pruneText,
  recoveryText,
  restoreText,
  verifyText,
} from './backups.js';
export { backupsThere } from './backups-there.js';
export { confirm } from './confirm.js';
export { MOMENT_FORMS, readDue, readRange } from './moments.js';
export { mustHaveWorkspace, namedServer } from './find.js';
export { eventText } from './events.js';
export { settingFlags, STREAM_FLAG } from './flags.js';
export { metricsTable, topTable } from './metrics.js';
export { measuredLines, queryCsv, queryLines, queryTable } from './points.js';
export { reachServer } from './reach.js';
export { holdingServer, nextBackupAt, restoreThrough } from './restore.js';
export { progressLine } from './progress.js';
export { frugalStart } from './memory.js';
export { printReady } from './ready.js';
export { quote } from './quote.js';
export { readReport } from './report.js';
export { aborted, interrupted, watchSignals } from './signals.js';
export { loadSocket, streamFinder } from './stream.js';
export { starterText, writeStarter } from './starter.js';
export { collectStatus, noServerLine, statusLine, statusText } from './status.js';
export { readPosition, tailEvents } from './tail.js';
export { tasksTable } from './tasks.js';
export { tokensTable } from './tokens.js';
export { readWords } from './words.js';
export { terminalOf } from './terminal.js';
