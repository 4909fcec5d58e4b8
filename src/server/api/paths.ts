import { ROUTES } from '../../protocol/index.js';

interface Form {
  form: RegExp;
  methods: string[];
}

const FORMS = formsOf(Object.values(ROUTES));

/** The methods that the route table has for the path of a URL; none for an unknown path. */
export function methodsAt(url: string): string[] {
  const path = url.split(/[?#]/, 1)[0] ?? '';
  const methods = FORMS.filter(({ form }) => form.test(path)).flatMap((known) => known.methods);
  return methods.includes('GET') ? ['GET', 'HEAD', ...methods.filter((method) => method !== 'GET')] : methods;
}

/** A path of the table as Fastify writes it: `/api/agents/{id}` → `/api/agents/:id`. */
export function fastifyPath(path: string): string {
  return path.replaceAll(/\{(\w+)\}/g, ':$1');
}

function formsOf(routes: readonly { method: string; path: string }[]): Form[] {
  const byPath = new Map<string, string[]>();
  for (const { method, path } of routes) byPath.set(path, [...(byPath.get(path) ?? []), method]);
  return [...byPath].map(([path, methods]) => ({
    form: new RegExp(`^${path.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`),
    methods,
  }));
}
