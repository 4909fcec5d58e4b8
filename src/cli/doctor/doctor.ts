import { type Config, toMcError } from '../../base/index.js';
import { cleanText } from '../clean.js';
import { localFindings } from './local.js';
import type { DoctorProbes } from './probes.js';
import { serverFindings } from './server.js';
import type { Finding, Mend } from './finding.js';
import { paint, type Terminal } from '../print/terminal.js';
import { pad } from '../print/width.js';

/** What `mc doctor --json` prints. */
export interface DoctorAnswer {
  ok: boolean;
  findings: Finding[];
}

/** What was found, and what `--fix` can mend of it. */
export interface Diagnosis extends DoctorAnswer {
  mends: Mend[];
}

/** Looks at everything; what cannot be looked at is a finding itself, so that this never rejects. */
export async function diagnose(config: Config, probes: DoctorProbes): Promise<Diagnosis> {
  const server = await serverFindings(config, probes);
  const looked = await localFindings(config, probes, server.ports);
  const local = looked.map(({ finding }) => finding);
  const findings = [...local, ...server.findings.map((finding) => withFreePorts(finding, local))];
  return { ok: findings.every(({ ok }) => ok), findings, mends: looked.flatMap(({ mends }) => mends) };
}

/** What became of one mend. */
export interface Mended {
  name: string;
  message: string;
  done: boolean;
}

/** Mends what can be mended; what fails does not keep the rest from it. */
export async function mendAll(mends: readonly Mend[]): Promise<Mended[]> {
  const mended: Mended[] = [];
  for (const { name, does, run } of mends) {
    const failure = await run().then(
      () => null,
      (error: unknown) => toMcError(error).message,
    );
    mended.push({ name, message: failure === null ? does : `${does}: ${failure}`, done: failure === null });
  }
  return mended;
}

/** `mc serve` alone would meet the same taken port. */
function withFreePorts(finding: Finding, local: readonly Finding[]): Finding {
  if (finding.fix?.startsWith('mc serve') !== true) return finding;
  const flags = local.flatMap(({ name, ok }) =>
    ok ? [] : name === 'port' ? ['--port 0'] : name === 'ws_port' ? ['--ws-port 0'] : [],
  );
  return { ...finding, fix: [finding.fix, ...flags].join(' ') };
}

/** One line per finding, `–` where there was nothing to look at, and below each that failed the command that mends it. */
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
