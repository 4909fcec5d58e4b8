import { Type } from '@sinclair/typebox';
import type { ApiContext } from './context.js';
import { type Endpoints, endpoint } from './endpoint.js';
import { Nullable, NullableText, Words } from './schemas.js';

const Peer = Type.Object({
  id: Type.Integer(),
  kind: Words(['old', 'mc']),
  address: NullableText,
  user_agent: NullableText,
  connected_at: Type.String(),
  channels: Nullable(Type.Array(Type.String())),
  agents: Nullable(Type.Array(Type.String())),
  agents_total: Nullable(Type.Integer()),
  lag: Type.Integer(),
  outbox_events: Type.Integer(),
  outbox_bytes: Type.Integer(),
});

const WebSocketStatus = Type.Object({
  status: Type.Literal('running'),
  url: Type.String(),
  connected_clients: Type.Integer(),
  epoch: Type.String(),
  seq: Type.Integer(),
  journal: Type.Object({ events: Type.Integer(), bytes: Type.Integer(), oldest_seq: Type.Integer() }),
  peers: Type.Array(Peer),
});

/** Where the stream is, and who listens. */
export function websocketEndpoints({ bus, hub, streamUrl }: ApiContext): Endpoints<'websocketStatus'> {
  return {
    websocketStatus: endpoint({ answer: WebSocketStatus }, () => ({
      status: 'running' as const,
      url: streamUrl,
      connected_clients: hub.clients,
      ...bus.position(),
      journal: bus.journal.stats(),
      peers: hub.peers(),
    })),
  };
}
