/** What commands share: flags, reaching a server, printing a result as text or JSON, errors to exit codes. */
export { alertHistoryTable, alertsTable, ruleCard, rulesTable, silenceLine } from './print/alerts.js';
export { agentCard, agentsTable } from './print/agents.js';
export { apiText, callApi, followApi, isStream, limitOf, readApiCall } from './reach/api.js';
export { askAgent, askRule, askTask, mustBeRule, mustKnowAgent } from './reach/ask.js';
export { type CheckFacts, runChecks } from './check.js';
export { checkJunit, checkText } from './check-report.js';
export { askFacts, factsOf } from './check-facts.js';
export { limitFlags, readLimits } from './check-limits.js';
export { cleanJson, cleanText } from './clean.js';
export { type CommandOutput, McCommand } from './command.js';
export {
  candidatesFor,
  type KnownCommand,
  liveWords,
  SHELLS,
  type Shell,
  shellScript,
  shellWords,
} from './completion/index.js';
export { configTable, shownConfig } from './print/config.js';
export { diagnose, doctorText, mendAll } from './doctor/doctor.js';
export { machineProbes } from './doctor/probes.js';
export { eventLogTable } from './print/event-log.js';
export {
  backupCard,
  previewText,
  prunedText,
  backupsTable,
  drillText,
  problemsText,
  proceduresText,
  pruneText,
  recoveryText,
  restoreText,
  verifyText,
} from './print/backups.js';
export { backupsThere, onlyHere } from './reach/backups-there.js';
export {
  readWait,
  restartBackground,
  startBackground,
  startedText,
  stopBackground,
  stoppedText,
} from './background/index.js';
export { confirm } from './confirm.js';
export { MOMENT_FORMS, readDue, readRange } from './moments.js';
export { mustHaveWorkspace } from './reach/find.js';
export { askHistory } from './reach/history.js';
export { eventText } from './print/events.js';
export { settingFlags, STREAM_FLAG } from './flags.js';
export { metricsTable, topTable } from './print/metrics.js';
export { sessionsTable } from './print/sessions.js';
export { cronTable, reconcileText, usageTable } from './print/usage.js';
export { measuredLines, queryCsv, queryLines, queryTable } from './print/points.js';
export { reachServer } from './reach/reach.js';
export { holdingServer, nextBackupAt, restoreThrough } from './reach/restore.js';
export { progressLine } from './print/progress.js';
export { explainDown, LEVELS, lineText, showLogs } from './logs/index.js';
export { onUncaught } from './last-words.js';
export { startWithSmallHeap } from './memory.js';
export { printReady } from './ready.js';
export { describeProgram } from './program.js';
export { quote } from './quote.js';
export { readReport } from './report.js';
export {
  awaitService,
  installedText,
  installService,
  serviceStatus,
  serviceStatusText,
  uninstalledText,
  uninstallService,
} from './service/index.js';
export { aborted, interrupted, watchSignals } from './signals.js';
export { loadSocket, streamFinder } from './reach/stream.js';
export { starterText, writeStarter } from './starter.js';
export { collectStatus, needsPerson, noServerLine, statusLine, statusText } from './print/status.js';
export { readPosition, tailEvents } from './reach/tail.js';
export { tasksTable } from './print/tasks.js';
export { deliveriesTable, targetsTable } from './print/deliveries.js';
export { targetsThere } from './reach/targets.js';
export { SECRET_FLAGS, secretOf } from './stdin-secret.js';
export { testTarget } from './target-test.js';
export { tokensTable } from './print/tokens.js';
export { readWords } from './words.js';
export { terminalOf } from './print/terminal.js';
export { WATCH_FLAG, watchList } from './watch.js';
