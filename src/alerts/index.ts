/**
 * When a person should be told: rules over state and metrics, what became of their alerts, and who is told. State and
 * figures are handed in by the server.
 */
export type * from './contract.js';
export { type AlertsFileReader, alertsFilePath, openAlertsFile, readAlertsFile } from './file.js';
export type { Delivery } from './delivery/contract.js';
export { createDelivery } from './delivery/delivery.js';
export { checkDoors } from './delivery/doors.js';
export { createTargetBook } from './delivery/target-file.js';
export { type BackupView, BUILTIN_RULES, type Facts, type RuntimeView } from './rules/index.js';
export { type AlertsService, startAlerts } from './service.js';
export { alertsDatabasePath, alertsDirectory } from './store/database.js';
