/** What stands at `/`: no script, and nothing of the workspace, because it is shown without a token. */
export const HOME_PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Mission Control</title>
<link rel="stylesheet" href="/docs/style.css">
</head>
<body>
<header><h1>Mission Control</h1>
<p>This is the REST API of <code>mc serve</code>, which watches a fleet of AI agents. The dashboard is in a terminal: <code>mc status</code>.</p></header>
<main>
<ul>
<li><a href="/docs">/docs</a>: every route, with its parameters and answers</li>
<li><a href="/api/openapi.json">/api/openapi.json</a>: the same as OpenAPI 3.1</li>
<li><a href="/api/health">/api/health</a>: how the server is</li>
<li><a href="/api/agents">/api/agents</a>: the fleet</li>
</ul>
</main>
</body>
</html>
`;
