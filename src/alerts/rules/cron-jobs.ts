import { type CronJob, cutText } from '../../protocol/index.js';
import { IN_LINE, type Rule } from './rule.js';

/** What a rule finds of one job. */
interface JobFinding {
  heldMs?: number;
  value?: number;
  /** What is wrong with it, after its name; and what that was seen by. */
  says: string;
  evidence: string;
}

/** `judge` of a rule about jobs that are switched on: one finding for each agent, which names the first of its jobs. */
export function judgeJobs(
  judgeOne: (job: CronJob, world: Parameters<Rule['judge']>[0], limit: number) => JobFinding | 'unknown' | null,
): Rule['judge'] {
  return (world, { found, unknown }, limit) => {
    const { runtimes } = world.facts;
    if (runtimes === null) return unknown();
    // Jobs of what cannot be read are not among them: nothing is over because of that.
    if (!runtimes.whole) unknown();
    const byAgent = new Map<string, { job: CronJob; finding: JobFinding }[]>();
    for (const job of runtimes.jobs) {
      const finding = job.enabled ? judgeOne(job, world, limit) : null;
      if (finding === 'unknown') unknown(job.agent);
      else if (finding) byAgent.set(job.agent, [...(byAgent.get(job.agent) ?? []), { job, finding }]);
    }
    for (const [agent, all] of byAgent) {
      const [first] = all;
      if (!first) continue;
      const { says, evidence, ...figures } = first.finding;
      const more = all.length === 1 ? '' : `, and ${all.length - 1} more`;
      found({
        agent,
        ...figures,
        say: () => ({
          summary: `${cutText(first.job.name, IN_LINE)} ${says}${more}`,
          evidence: `${first.job.runtime} job ${cutText(first.job.id, IN_LINE)}, ${evidence}${more}`,
        }),
      });
    }
  };
}
