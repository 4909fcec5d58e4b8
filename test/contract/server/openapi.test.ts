import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ERRORS, ROUTES, type RouteName, routeOf } from '../../../src/protocol/index.js';
import type { ApiContext } from '../../../src/server/api/index.js';
import { allEndpoints } from '../../../src/server/api/mount.js';
import { type OpenApiDocument, openApiDocument } from '../../../src/server/api/openapi.js';
import { type Office, startSharedOffice } from '../../integration/server/office.js';

const names = Object.keys(ROUTES) as RouteName[];
const endpoints = allEndpoints({} as ApiContext);
let office: Office;
let stop: () => Promise<void>;
let document: OpenApiDocument;

beforeAll(async () => {
  ({ office, stop } = await startSharedOffice());
  document = (await office.get('/api/openapi.json')).body as OpenApiDocument;
});
afterAll(() => stop());

/** Routes of the table that a document lacks, and operations that are in no table. */
function differences(of: OpenApiDocument): string[] {
  const told = Object.entries(of.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  const known = names.map((name) => `${routeOf(name).method} ${routeOf(name).path}`);
  return [...known.filter((route) => !told.includes(route)), ...told.filter((route) => !known.includes(route))];
}

function refsIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    key === '$ref' && typeof inner === 'string' ? [inner] : refsIn(inner),
  );
}

/** A schema of the document with its references filled in. */
function whole(schema: unknown): unknown {
  if (typeof schema !== 'object' || schema === null) return schema;
  if (Array.isArray(schema)) return schema.map(whole);
  const name = '$ref' in schema ? /^#\/components\/schemas\/(\w+)$/.exec(String(schema.$ref))?.[1] : undefined;
  if (name !== undefined) return whole(document.components.schemas[name]);
  return Object.fromEntries(Object.entries(schema).map(([key, inner]) => [key, whole(inner)]));
}

describe('the document', () => {
  it('has every route of the table, and no other', () => {
    expect(document.openapi).toBe('3.1.0');
    expect(differences(document)).toEqual([]);
  });

  it('is held to that: a route that is left out, or one too many, is found', () => {
    const { tasks: _, ...others } = endpoints;
    expect(differences(openApiDocument(others, '1'))).toEqual(['GET /api/tasks']);
    const more = structuredClone(document);
    more.paths['/api/secret'] = { get: document.paths['/api/tasks']?.get as never };
    expect(differences(more)).toEqual(['GET /api/secret']);
  });

  it('has what linters of OpenAPI ask for: a server, a licence, tags, descriptions, and errors of 4XX', () => {
    expect(document.servers.length).toBeGreaterThan(0);
    expect(document.info.license).toEqual({ name: 'MIT', identifier: 'MIT' });
    const declared = document.tags.map(({ name }) => name);
    expect(new Set(declared).size).toBe(declared.length);
    expect(document.tags.filter(({ description }) => description.startsWith('Routes of'))).toEqual([]);
    for (const operation of Object.values(document.paths).flatMap((methods) => Object.values(methods))) {
      expect(Object.keys(operation.responses).some((status) => status.startsWith('4'))).toBe(true);
      expect(operation.description.length).toBeGreaterThan(operation.summary.length);
      expect(operation.tags.filter((tag) => !declared.includes(tag))).toEqual([]);
    }
  });

  it('names every code that an error can have', () => {
    const { properties } = document.components.schemas.Error as { properties: { code: { enum: string[] } } };
    expect(properties.code.enum).toEqual(Object.keys(ERRORS));
  });

  it('says of each route whether other query parameters are refused, and so it is', async () => {
    const word = 'cachebuster';
    for (const name of names) {
      const { method, path } = routeOf(name);
      const said = document.paths[path]?.[method.toLowerCase()]?.description;
      const url = `${path.replaceAll(/\{\w+\}/g, 'none')}?${word}=1`;
      if (method !== 'GET') continue;
      // HEAD: a stream would never end.
      const isRefused = (await office.send('HEAD', url)).status === 400 && (await office.get(url)).text.includes(word);
      expect(isRefused, `${name}: ${said}`).toBe(said?.endsWith('Other query parameters are refused.'));
    }
    expect((await office.get('/api/backups/none?cachebuster=1')).status).toBe(400);
    expect((await office.get('/api/agents/none?cachebuster=1')).status).toBe(404);
  });

  it('refers only to what it holds', () => {
    const refs = refsIn(document);
    expect(refs.length).toBeGreaterThan(10);
    for (const ref of refs) expect(document.components.schemas).toHaveProperty(ref.split('/').at(-1) ?? '');
  });

  it.each(names)('%s: its operation is named, explained, and says what the schemas say', (name) => {
    const route = routeOf(name);
    const operation = document.paths[route.path]?.[route.method.toLowerCase()];
    expect(operation).toMatchObject({ operationId: name, summary: route.summary, 'x-scope': route.scope });
    expect(operation?.security).toEqual(route.open ? [] : undefined);
    const inPath = [...route.path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
    const parameters = operation?.parameters ?? [];
    expect(parameters.filter((parameter) => parameter.in === 'path').map((parameter) => parameter.name)).toEqual(
      inPath,
    );
    expect(parameters.every((parameter) => parameter.in === 'query' || parameter.required)).toBe(true);
    const schema = JSON.parse(JSON.stringify(endpoints[name]?.schema)) as Record<string, { properties?: object }>;
    expect(parameters.filter((parameter) => parameter.in === 'query').map((parameter) => parameter.name)).toEqual(
      Object.keys(schema.query?.properties ?? {}),
    );
    const answer = operation?.responses[200]?.content?.[route.produces ?? 'application/json']?.schema;
    expect(whole(answer)).toEqual(schema.answer);
    expect(whole(operation?.requestBody?.content['application/json']?.schema)).toEqual(schema.body);
  });
});

describe('the page at /', () => {
  it('says what this is and where to go on, without a script', async () => {
    const { status, text, headers } = await office.get('/');
    expect(status).toBe(200);
    expect(headers.get('content-type')).toContain('text/html');
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(text).toContain('mc status');
    expect(text).not.toMatch(/<script|\son\w+=|\sstyle=|https?:\/\//i);
    const links = [...text.matchAll(/(?:href|src)="([^"#]+)"/g)].map((match) => match[1] ?? '');
    expect(links).toContain('/docs');
    for (const link of links) expect((await office.get(link)).status).toBe(200);
  });
});

describe('the page', () => {
  it('shows every route, without a script, a style of its own, or anything from elsewhere', async () => {
    const { text, headers } = await office.get('/docs');
    for (const name of names) {
      expect(text).toContain(`id="${name}"`);
      expect(text).toContain(routeOf(name).path);
    }
    expect(text).not.toMatch(/<script|\son\w+=|\sstyle=|javascript:|https?:\/\//i);
    expect(headers.get('content-security-policy')).toBe(
      "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    );
    const links = [...text.matchAll(/(?:href|src)="([^"#]+)"/g)].map((match) => match[1] ?? '');
    expect(links).toEqual(['/docs/style.css', '/api/openapi.json']);
    for (const link of links) expect((await office.get(link)).status).toBe(200);
  });
});
