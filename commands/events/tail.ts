import { Flags } from '@oclif/core';
import {
  eventText,
  interrupted,
  McCommand,
  readPosition,
  STREAM_FLAG,
  tailEvents,
  watchSignals,
} from '../../src/cli/index.js';
import { EVENT_TYPES, type EventType } from '../../src/protocol/index.js';

export default class EventsTail extends McCommand {
  static override summary = 'Follow events as they happen';
  static override description =
    'Survives reconnects without a gap. With --json one event a line. Ends on Ctrl-C (130).';
  static override exits = ['noServer', 'notFound', 'notAllowed', 'interrupted'] as const;
  static override examples = [
    '<%= config.bin %> events tail --type agent_status --agent api',
    '<%= config.bin %> events tail --json --limit 10',
    '<%= config.bin %> events tail --since k3f9:1042',
  ];
  static override flags = {
    ...STREAM_FLAG,
    type: Flags.string({
      description: 'Only events of this type',
      options: EVENT_TYPES,
      multiple: true,
      multipleNonGreedy: true,
    }),
    agent: Flags.string({ description: 'Only events about this agent' }),
    since: Flags.string({ description: 'Begin after this position', helpValue: 'EPOCH:SEQ' }),
    limit: Flags.integer({ description: 'End after this many events', min: 1, helpValue: 'N' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(EventsTail);
    const since = readPosition(flags.since);
    const output = await this.open(flags);
    const watch = watchSignals();
    await tailEvents(output.config, {
      types: (flags.type ?? []) as EventType[],
      agent: flags.agent,
      since,
      limit: flags.limit ?? Number.POSITIVE_INFINITY,
      onEvent: (event) => output.item(event, eventText(event, output.terminal)),
      onNote: (text) => output.note(text),
      signal: watch.signal,
    });
    watch.dispose();
    if (watch.signal.aborted) throw interrupted();
  }
}
