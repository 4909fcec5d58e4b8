import { Flags } from '@oclif/core';
import {
  askHistory,
  type CommandOutput,
  eventLogTable,
  McCommand,
  MOMENT_FORMS,
  readRange,
} from '../../src/cli/index.js';
import type { EventsAnswer } from '../../src/protocol/index.js';

export default class EventsList extends McCommand {
  static override summary = 'What happened: the event log, newest first';
  static override description =
    'Reads the workspace’s database directly, with or without a server running; with --server it asks that server.';
  static override exits = ['noServer', 'notFound', 'notAllowed'] as const;
  static override examples = [
    '<%= config.bin %> events list --agent api --since 24h',
    '<%= config.bin %> events list --type agent_status --limit 20 --json',
  ];
  static override flags = {
    type: Flags.string({ description: 'Only events of this type' }),
    agent: Flags.string({ description: 'Only events about this agent' }),
    since: Flags.string({ description: `Begin: ${MOMENT_FORMS}` }),
    until: Flags.string({ description: 'End, in the same forms' }),
    limit: Flags.integer({ description: 'So many at most', min: 1, max: 1000, default: 100 }),
    cursor: Flags.integer({
      description: 'Go on after this one: next_cursor of the page before',
      helpValue: 'ID',
      min: 1,
    }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(EventsList);
    const output = await this.open(flags);
    const { type, agent, limit, cursor } = flags;
    const answer = await ask(output, { type, agent, ...readRange(flags, Date.now()), limit, cursor });
    output.result(answer, () => eventLogTable(answer.events, output.terminal));
    if (answer.events.length === 0) output.note('no such events');
    if (typeof answer.next_cursor === 'string') output.note(`there are older ones: --cursor ${answer.next_cursor}`);
    if ((answer.ahead ?? 0) > 0) {
      output.note(
        `${answer.ahead} entries of a time when the clock was ahead are left out; --until 9999-12-31 shows them`,
      );
    }
  }
}

interface Asked {
  type: string | undefined;
  agent: string | undefined;
  since: string | undefined;
  until: string | undefined;
  limit: number;
  cursor: number | undefined;
}

function ask(output: CommandOutput, asked: Asked): Promise<EventsAnswer> {
  return askHistory(output.config, {
    server: (rest) => rest.systemEvents({ ...asked, cursor: asked.cursor?.toString() }),
    database: async (path) => {
      const { readDatabase } = await import('../../src/metrics/query/index.js');
      return readDatabase(path, 'events', asked, { now: Date.now() });
    },
  });
}
