import { Flags } from '@oclif/core';
import { workspaceLayout, writeFileAtomic } from '../src/base/index.js';
import {
  askFacts,
  type CheckFacts,
  checkJunit,
  checkText,
  type CommandOutput,
  factsOf,
  limitFlags,
  McCommand,
  mustHaveWorkspace,
  reachServer,
  readLimits,
  runChecks,
} from '../src/cli/index.js';
import { EXIT } from '../src/protocol/index.js';

export default class Check extends McCommand {
  static override summary = 'Check the fleet, for CI and cron';
  static override description =
    'One line per check with its figure and limit, with --quiet only for those that fail; 5 when one fails. Asks the server, or with --offline reads workspace and database itself.';
  static override exits = ['noServer', 'checkFailed', 'notAllowed'] as const;
  static override examples = [
    '<%= config.bin %> check --min-health 0.9 --require-agent api --require-agent tester',
    '<%= config.bin %> check --offline --json --junit check.xml',
  ];
  static override flags = {
    ...limitFlags,
    junit: Flags.string({ description: 'Also write the checks as JUnit XML', helpValue: 'FILE' }),
    offline: Flags.boolean({ description: 'Without a server' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Check);
    const limits = readLimits(flags);
    const output = await this.open(flags);
    const now = Date.now();
    const facts = flags.offline
      ? await readWorkspace(output, now)
      : await askFacts(await reachServer(output.config), now);
    const answer = runChecks(facts, limits, now);
    if (flags.junit !== undefined) await writeFileAtomic(flags.junit, checkJunit(answer));
    const checks = flags.quiet ? answer.checks.filter(({ ok }) => !ok) : answer.checks;
    if (output.json || checks.length > 0)
      output.result(answer, () => checkText({ ...answer, checks }, output.terminal));
    if (!answer.ok) process.exitCode = EXIT.checkFailed;
  }
}

/** @throws McError `workspace.missing` */
async function readWorkspace({ config }: CommandOutput, now: number): Promise<CheckFacts> {
  await mustHaveWorkspace(config, { evenDefault: true });
  const { readFacts } = await import('../src/server/offline.js');
  return factsOf(await readFacts(workspaceLayout(config.workspace), config.values, now), now);
}
