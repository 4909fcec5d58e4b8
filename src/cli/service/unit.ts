import type { ServicePlan } from './plan.js';

/** By this line a file is known to be one that mc wrote, and may write again or remove. */
export const MARK = 'Written by mc service install: it is replaced at the next one';

/**
 * The systemd unit of a plan. `Type=exec`: Node cannot send to the socket that `Type=notify` needs, and a helper that sends
 * for it may be gone before systemd has looked whose word it is; so `ExecStartPost` waits for the server's own answer, and
 * the unit counts as started when that has come. Hardening is what works without privileges: the workspace and all that
 * agents use stays as it is.
 */
export function unitText(plan: ServicePlan): string {
  return `# ${MARK}
[Unit]
Description=Mission Control for ${escapeSpecifiers(oneLine(plan.workspace))}
StartLimitIntervalSec=300
StartLimitBurst=10

[Service]
Type=exec
ExecStart=:${commandLine(plan.command)}
ExecStartPost=:${commandLine(plan.ready)}
${Object.entries(plan.environment)
  .map(([name, value]) => `Environment=${quoted(`${name}=${value}`)}`)
  .join('\n')}
Restart=on-failure
RestartSec=2
# Bad input or a missing right is not mended by another try.
RestartPreventExitStatus=2 7
TimeoutStartSec=10min
TimeoutStopSec=30
KillMode=mixed
NoNewPrivileges=yes
RestrictSUIDSGID=yes
RestrictRealtime=yes
LockPersonality=yes
SystemCallArchitectures=native
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK

[Install]
WantedBy=default.target
`;
}

/** As systemd.service(5) reads it; the colon before it keeps `$` as it is. */
function commandLine(words: readonly string[]): string {
  return words.map(quoted).join(' ');
}

/** A word in quotes, as systemd.syntax(7) reads it: `%` would be a specifier. */
function quoted(word: string): string {
  const escaped = word
    .replaceAll('\\', '\\\\')
    .replaceAll('"', '\\"')
    .replaceAll(/\p{Cc}/gu, (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`);
  return `"${escapeSpecifiers(escaped)}"`;
}

function escapeSpecifiers(text: string): string {
  return text.replaceAll('%', '%%');
}

function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\\]+/gu, ' ');
}
