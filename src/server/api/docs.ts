import { Type } from '@sinclair/typebox';
import type { RouteName } from '../../protocol/index.js';
import type { ApiContext } from './context.js';
import { docsPage } from './docs-page.js';
import { DOCS_STYLE } from './docs-style.js';
import { HOME_PAGE } from './home-page.js';
import { type Endpoint, type Endpoints, endpoint } from './endpoint.js';
import { type OpenApiDocument, openApiDocument } from './openapi.js';

const Document = Type.Object({
  openapi: Type.String(),
  info: Type.Object({
    title: Type.String(),
    version: Type.String(),
    description: Type.String(),
    license: Type.Object({ name: Type.String(), identifier: Type.String() }),
  }),
  servers: Type.Array(Type.Object({ url: Type.String() })),
  tags: Type.Array(Type.Object({ name: Type.String(), description: Type.String() })),
  paths: Type.Record(Type.String(), Type.Unknown()),
  components: Type.Record(Type.String(), Type.Unknown()),
  security: Type.Array(Type.Unknown()),
});

/** A page without a script; only its own style sheet is loaded. */
const PAGE_POLICY = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** What there is to call, for programs and for people. `endpoints`: all of them, these included. */
export function docsEndpoints(
  { cache, version }: ApiContext,
  endpoints: () => Partial<Record<RouteName, Endpoint>>,
): Endpoints<'home' | 'openapi' | 'docs' | 'docsStyle'> {
  let made: OpenApiDocument | undefined;
  const document = () => {
    made ??= openApiDocument(endpoints(), version);
    return made;
  };
  let page: string | undefined;

  return {
    home: endpoint({ answer: Type.String() }, ({ reply }) => {
      reply.headers({ 'content-security-policy': PAGE_POLICY }).type('text/html; charset=utf-8').send(HOME_PAGE);
    }),
    openapi: endpoint({ answer: Document }, (exchange) => cache.send(exchange, 'openapi', '0', document)),
    docs: endpoint({ answer: Type.String() }, ({ reply }) => {
      page ??= docsPage(document());
      reply.headers({ 'content-security-policy': PAGE_POLICY }).type('text/html; charset=utf-8').send(page);
    }),
    docsStyle: endpoint({ answer: Type.String() }, ({ reply }) => {
      reply.type('text/css; charset=utf-8').send(DOCS_STYLE);
    }),
  };
}
