import { Type } from '@sinclair/typebox';
import type { SystemStatusAnswer } from '../../protocol/index.js';
import type { ApiContext } from './context.js';
import { type Endpoints, endpoint } from './endpoint.js';
import { Nullable, NullableText, Time } from './schemas.js';
import { wholeJson } from './read-json.js';

const Row = Type.Record(Type.String(), Type.Union([Type.Number(), Type.String(), Type.Null()]));
const Place = Type.Object({ x: Type.Number(), y: Type.Number(), zone: Type.String() });

const SystemStatus = Type.Object({
  office_state: Type.Unknown({ description: 'the office file as it is' }),
  office: Nullable(Type.Object({ positions: Type.Record(Type.String(), Place) })),
  metrics: Type.Object({
    agents: Type.Record(Type.String(), Row),
    system: Nullable(Row),
    timestamp: NullableText,
  }),
  timestamp: Time,
});

/** The office, and the latest sample of every metric. */
export function officeEndpoints(context: ApiContext): Endpoints<'systemStatus'> {
  const { feed, cache, lastRows, clock, layout } = context;
  return {
    systemStatus: endpoint({ answer: SystemStatus }, (exchange) => {
      const revision = `${feed.revision('office')}.${lastRows().revision}`;
      return cache.send(exchange, 'system/status', revision, async (): Promise<SystemStatusAnswer> => {
        const { agents, system, timestamp } = lastRows();
        return {
          // The last good office when the file cannot be read just now.
          office_state: (await wholeJson(context, layout.office)) ?? feed.snapshot.office,
          office: feed.snapshot.office,
          metrics: { agents: Object.fromEntries(agents), system, timestamp },
          timestamp: new Date(clock.now()).toISOString(),
        };
      });
    }),
  };
}
