import { Type } from '@sinclair/typebox';
import { PROTOCOL_VERSION, SERVER_NAME } from '../../protocol/index.js';
import type { ApiContext } from './context.js';
import { type Endpoints, endpoint } from './endpoint.js';
import { Nullable } from './schemas.js';

const Query = Type.Object({
  nonce: Type.Optional(
    Type.String({ pattern: '^[A-Za-z0-9_-]{16,128}$', description: '16 to 128 random letters, digits, - and _' }),
  ),
});
const Identity = Type.Object({
  name: Type.Literal(SERVER_NAME),
  version: Type.String(),
  protocol: Type.Integer(),
  epoch: Type.String(),
  workspace: Nullable(Type.String({ description: 'null without the token that this server asks for' })),
  stream: Type.String({ description: 'where the WebSocket is, as the server sees itself' }),
  proof: Nullable(Type.String({ description: 'HMAC-SHA256 over the nonce; null without one' })),
});

/** Who this server is: clients ask before they send a token or believe an answer. Open to all; strangers learn no path. */
export function identityEndpoints(context: ApiContext): Endpoints<'identity'> {
  const { guards, layout, epoch, prove, streamUrl, version } = context;
  return {
    identity: endpoint({ query: Query, answer: Identity }, ({ query, request }) => {
      const stranger = typeof guards.tokens.check(request.headers.authorization) === 'string';
      return {
        name: SERVER_NAME,
        version,
        protocol: PROTOCOL_VERSION,
        epoch,
        workspace: stranger ? null : layout.root,
        stream: streamUrl,
        proof: query.nonce === undefined ? null : prove(query.nonce),
      };
    }),
  };
}
