#!/usr/bin/env node
// Writes the routes in docs/api.md from the built server's own OpenAPI document; with --check it only says whether they
// are as they should be.
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const file = join(root, 'docs', 'api.md');
const built = (name) => import(pathToFileURL(join(root, 'dist', 'src', 'server', 'api', name)).href);
const { allEndpoints } = await built('mount.js');
const { openApiDocument } = await built('openapi.js');

const document = JSON.parse(JSON.stringify(openApiDocument(allEndpoints({}), '')));
const before = readFileSync(file, 'utf8');
const after = before.replace(
  /(<!-- routes: [^\n]*-->\n)[\s\S]*(<!-- \/routes -->)/,
  (_, start, end) => `${start}\n${reference()}\n${end}`,
);
if (!process.argv.includes('--check')) writeFileSync(file, after);
else if (before !== after) {
  console.error('docs/api.md does not match the routes: run `node bin/api-docs.mjs` and commit it');
  process.exitCode = 1;
}

function reference() {
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, ...operation })),
  );
  const nouns = [...new Set(operations.map(({ tags }) => tags[0]))];
  const parts = nouns.map((noun) => {
    const own = operations.filter(({ tags }) => tags[0] === noun);
    return `### ${noun}\n\n${own.map(operationText).join('\n')}`;
  });
  const schemas = Object.entries(document.components.schemas).map(
    ([name, schema]) => `- **${name}**: ${schemaText(schema)}`,
  );
  return `${parts.join('\n')}\n### Shared forms\n\n${schemas.join('\n')}\n`;
}

function operationText({ path, method, summary, parameters, requestBody, responses, security, ...rest }) {
  const scope = security?.length === 0 ? 'no token' : `scope ${rest['x-scope']}`;
  const lines = [`**\`${method.toUpperCase()} ${path}\`** – ${summary} (${scope})`, ''];
  for (const { name, in: place, required, description, schema } of parameters) {
    const words = [schemaText(schema), required ? 'required' : '', description ?? ''].filter((word) => word !== '');
    lines.push(`- ${place} \`${name}\`: ${words.join('; ')}`);
  }
  const body = requestBody?.content['application/json']?.schema;
  if (body) lines.push(`- body: ${schemaText(body)}`);
  const [type, { schema }] = Object.entries(responses[200].content)[0];
  lines.push(
    `- answer: ${type === 'application/json' ? schemaText(schema) : `${type}, ${schema.description ?? 'text'}`}`,
  );
  return `${lines.join('\n')}\n`;
}

/** A schema on one line: `{id: string, due?: string | null}`. */
function schemaText(schema) {
  if (schema.$ref) return schema.$ref.split('/').at(-1);
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.anyOf) return [...new Set(schema.anyOf.map(schemaText))].join(' \\| ');
  if (schema.allOf) return schema.allOf.map(schemaText).join(' & ');
  if (schema.type === 'array') return `[${schemaText(schema.items)}, …]`;
  if (schema.patternProperties) return `{…: ${schemaText(Object.values(schema.patternProperties)[0])}}`;
  if (schema.properties)
    return `{${Object.entries(schema.properties)
      .map(([key, value]) => fieldText(schema, key, value))
      .join(', ')}}`;
  return schema.type ?? 'anything';
}

function fieldText({ required = [] }, key, value) {
  return `\`${key}\`${required.includes(key) ? '' : '?'}: ${schemaText(value)}`;
}
