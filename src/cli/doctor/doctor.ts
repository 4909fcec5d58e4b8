import type { Config } from '../../base/index.js';
import { cleanText } from '../clean.js';
import { type DoctorProbes, localFindings } from './local.js';
import { serverFindings } from './server.js';
import type { Finding } from './finding.js';
import { paint, type Terminal } from '../print/terminal.js';
import { pad } from '../print/width.js';

/** What `mc doctor --json` prints. */
export interface DoctorAnswer {
  ok: boolean;
  findings: Finding[];
}

/** Looks at everything; what cannot be looked at is a finding itself, so that this never rejects. */
export async function diagnose(config: Config, probes: DoctorProbes): Promise<DoctorAnswer> {
  const server = await serverFindings(config, probes);
  const local = await localFindings(config, probes, server.ports);
  const findings = [...local, ...server.findings.map((finding) => withFreePorts(finding, local))];
  return { ok: findings.every(({ ok }) => ok), findings };
}

/** `mc serve` alone would meet the same taken port. */
function withFreePorts(finding: Finding, local: readonly Finding[]): Finding {
  if (finding.fix?.startsWith('mc serve') !== true) return finding;
  const flags = local.flatMap(({ name, ok }) =>
    ok ? [] : name === 'port' ? ['--port 0'] : name === 'ws_port' ? ['--ws-port 0'] : [],
  );
  return { ...finding, fix: [finding.fix, ...flags].join(' ') };
}

/** One line per finding, `–` where there was nothing to look at, and below each that is not well the command that mends it. */
export function doctorText({ findings }: DoctorAnswer, terminal: Terminal): string {
  const width = Math.max(...findings.map(({ name }) => name.length));
  const marks = terminal.unicode ? ['✓', '✗', '→', '–'] : ['+', 'x', '>', '-'];
  return findings
    .flatMap(({ name, ok, skipped, message, fix }) => {
      const seen = paint(terminal, ok ? 'green' : 'red', (ok ? marks[0] : marks[1]) ?? '');
      const mark = skipped ? marks[3] : seen;
      const line = `${mark} ${pad(name, width)}  ${cleanText(message)}`;
      return fix === null ? [line] : [line, `  ${' '.repeat(width)}  ${marks[2]} ${cleanText(fix)}`];
    })
    .join('\n');
}
