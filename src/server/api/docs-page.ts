import type { OpenApiDocument, Operation } from './openapi.js';

/** The document as one page of HTML: no script, nothing from elsewhere, so that it also shows offline. */
export function docsPage(document: OpenApiDocument): string {
  const { title, version, description } = document.info;
  const nouns = new Map<string, string[]>();
  for (const [path, methods] of Object.entries(document.paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      const noun = operation.tags[0] ?? '';
      nouns.set(noun, [...(nouns.get(noun) ?? []), operationHtml(method, path, operation)]);
    }
  }
  const sections = [...nouns].map(
    ([noun, parts]) => `<section id="${escape(noun)}"><h2>${escape(noun)}</h2>\n${parts.join('\n')}</section>`,
  );
  const links = [...nouns.keys()].map((noun) => `<a href="#${escape(noun)}">${escape(noun)}</a>`);
  const schemas = Object.entries(document.components.schemas).map(
    ([name, schema]) =>
      `<details id="schema-${escape(name)}"><summary><code>${escape(name)}</code></summary>${json(schema)}</details>`,
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(title)} API</title>
<link rel="stylesheet" href="/docs/style.css">
</head>
<body>
<header><h1>${escape(title)} <small>API ${escape(version)}</small></h1>
<p>${prose(description)}</p>
<p>As OpenAPI 3.1: <a href="/api/openapi.json">/api/openapi.json</a></p>
<nav>${links.join(' ')} <a href="#schemas">schemas</a></nav></header>
<main>
${sections.join('\n')}
<section id="schemas"><h2>schemas</h2>
${schemas.join('\n')}</section>
</main>
</body>
</html>
`;
}

function operationHtml(method: string, path: string, operation: Operation): string {
  const { operationId, summary, parameters, requestBody, responses, security } = operation;
  const scope = security?.length === 0 ? 'no token needed' : `scope ${operation['x-scope']}`;
  const body = requestBody && Object.values(requestBody.content)[0];
  const [type, answer] = Object.entries(responses[200]?.content ?? {})[0] ?? [];
  return [
    `<details id="${escape(operationId)}"><summary><b class="${escape(method)}">${method.toUpperCase()}</b> <code>${escape(path)}</code>`,
    `<span>${prose(summary)}</span></summary>`,
    `<p>${escape(scope)}</p>`,
    parameters.length > 0 ? parameterTable(parameters) : '',
    body ? `<h3>Body${requestBody.required ? '' : ' (optional)'}</h3>${json(body.schema)}` : '',
    answer ? `<h3>Answer <small>${escape(type ?? '')}</small></h3>${json(answer.schema)}` : '',
    '</details>',
  ].join('\n');
}

function parameterTable(parameters: Operation['parameters']): string {
  const rows = parameters.map(
    ({ name, in: place, required, description, schema }) =>
      `<tr><td><code>${escape(name)}</code></td><td>${place}${required ? ', required' : ''}</td>` +
      `<td>${escape(description ?? '')}</td><td><code>${escape(JSON.stringify(schema))}</code></td></tr>`,
  );
  return `<table><thead><tr><th>Parameter</th><th>In</th><th>Meaning</th><th>Form</th></tr></thead>${rows.join('')}</table>`;
}

function json(value: unknown): string {
  return `<pre>${escape(JSON.stringify(value, null, 2))}</pre>`;
}

/** Text in which `words` are code. */
function prose(text: string): string {
  return escape(text).replaceAll(/`([^`]+)`/g, '<code>$1</code>');
}

function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}
