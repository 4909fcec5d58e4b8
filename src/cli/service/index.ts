/** The server as a service of its user's session: systemd or launchd. */
export { awaitService, installService, serviceStatus, uninstallService } from './install.js';
export { installedText, serviceStatusText, uninstalledText } from './words.js';
