/**
 * When a person should be told: rules over state and metrics, what became of their alerts, and who is told. State and
 * figures are handed in by the server.
 */
export type * from './contract.js';
export { type AlertsFileContent, alertsFilePath, readAlertsFile } from './file.js';
