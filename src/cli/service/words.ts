import { cleanText } from '../clean.js';
import type { ServiceChange, ServiceStatus } from './install.js';

/** What was installed, in words. */
export function installedText({
  changed,
  dry_run: dryRun,
  name,
  file,
  workspace,
  text,
  manager,
}: ServiceChange): string {
  if (dryRun) return cleanLines(`# ${file}${changed ? '' : ' (is this already)'}\n${text ?? ''}`.trimEnd());
  const did = changed ? 'installed' : 'already installed';
  return [
    `${did} and running: ${name}, serving ${cleanText(workspace)}`,
    `file  ${cleanText(file)}`,
    ...(manager === 'systemd' ? ['it ends with your last session unless: loginctl enable-linger'] : []),
  ].join('\n');
}

/** What was removed, in words. */
export function uninstalledText({ changed, dry_run: dryRun, name, file }: ServiceChange): string {
  if (!changed) return `not installed: there is no ${cleanText(file)}`;
  return `${dryRun ? 'would remove' : 'removed'}: ${name} (${cleanText(file)})`;
}

export function serviceStatusText({ installed, enabled, state, pid, name, file, log }: ServiceStatus): string {
  if (!installed) return `not installed: there is no ${cleanText(file)}; mc service install makes one`;
  return [
    `${name}: ${state}${pid === null ? '' : `, process ${pid}`}${enabled ? '' : ', not started with your session'}`,
    `file  ${cleanText(file)}`,
    `log   ${cleanText(log)}  (mc logs)`,
  ].join('\n');
}

function cleanLines(text: string): string {
  return text.split('\n').map(cleanText).join('\n');
}
