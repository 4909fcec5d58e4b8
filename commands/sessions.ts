import { Flags } from '@oclif/core';
import { McCommand, MOMENT_FORMS, reachServer, readRange, sessionsTable } from '../src/cli/index.js';
import { LIVE_STATUSES, RUNTIME_NAMES } from '../src/protocol/index.js';

export default class Sessions extends McCommand {
  static override summary = 'Sessions of Claude Code, Codex and OpenClaw: what each does, and since when';
  static override description =
    'Without --since: those that are not gone, and those that were at work in the last 24 hours.';
  static override exits = ['noServer', 'notAllowed'] as const;
  static override examples = [
    '<%= config.bin %> sessions',
    '<%= config.bin %> sessions --status waiting',
    '<%= config.bin %> sessions --agent claude-code:harbor --since 7d --json',
  ];
  static override flags = {
    status: Flags.option({ options: LIVE_STATUSES, description: 'Only sessions that do this' })(),
    runtime: Flags.option({ options: RUNTIME_NAMES, description: 'Only sessions of this runtime' })(),
    agent: Flags.string({ description: 'Only sessions of this agent' }),
    since: Flags.string({ description: `Of those that are gone, the ones at work since: ${MOMENT_FORMS}` }),
    hidden: Flags.boolean({ description: 'Those that no person began, too (reviews of a runtime’s own)' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Sessions);
    const output = await this.open(flags);
    const { status, runtime, agent, hidden } = flags;
    const { since } = readRange(flags, Date.now());
    const { rest } = await reachServer(output.config);
    const asked = { status, runtime, agent, since, ...(hidden ? { hidden } : {}) };
    const answer = await rest.sessions(asked);
    output.result(answer, () => sessionsTable(answer.sessions, output.terminal, Date.now()));
    if (answer.sessions.length === 0) output.note('no such sessions');
  }
}
