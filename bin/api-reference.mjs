// The routes in docs/api.md, written from the built server's own OpenAPI document.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Every route with what it takes and answers, as Markdown. `root`: the directory of package.json. */
export async function apiReference(root) {
  const built = (name) => import(pathToFileURL(join(root, 'dist', 'src', 'server', 'api', name)).href);
  const { allEndpoints } = await built('mount.js');
  const { openApiDocument } = await built('openapi.js');
  return referenceOf(JSON.parse(JSON.stringify(openApiDocument(allEndpoints({}), ''))));
}

function referenceOf(document) {
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
  return `\n${parts.join('\n')}\n### Shared forms\n\n${schemas.join('\n')}\n`;
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
