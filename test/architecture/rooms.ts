/** The rooms of the house, what each may import, and which packages it owns. `docs/architecture.md` tells the same. */
export interface Room {
  floor: number;
  /** Rooms it may import, besides itself. */
  imports: string[];
  /** Packages it may import. */
  packages: string[];
  /** Whether `node:` modules are allowed. */
  node: boolean;
}

const FLOORS_0_TO_5 = [
  'protocol',
  'base',
  'workspace',
  'runtimes',
  'state',
  'bus',
  'metrics',
  'backup',
  'alerts',
  'demo',
];

export const ROOMS: Record<string, Room> = {
  protocol: { floor: 0, imports: [], packages: [], node: false },
  client: { floor: 0, imports: ['protocol'], packages: [], node: false },
  view: { floor: 1, imports: ['protocol'], packages: [], node: false },
  base: {
    floor: 1,
    imports: ['protocol'],
    packages: ['pino', 'pino-pretty', 'fastest-levenshtein', 'string-width'],
    node: true,
  },
  workspace: { floor: 2, imports: ['base', 'protocol'], packages: ['chokidar'], node: true },
  runtimes: { floor: 2, imports: ['base', 'protocol'], packages: [], node: true },
  state: { floor: 3, imports: ['protocol'], packages: [], node: false },
  bus: { floor: 4, imports: ['protocol'], packages: [], node: false },
  metrics: {
    floor: 5,
    imports: ['bus', 'base', 'protocol'],
    packages: ['better-sqlite3', 'fastest-levenshtein'],
    node: true,
  },
  backup: {
    floor: 5,
    imports: ['workspace', 'base', 'protocol'],
    packages: ['tar', 'better-sqlite3', 'croner', 'picomatch'],
    node: true,
  },
  alerts: { floor: 5, imports: ['bus', 'base', 'protocol'], packages: [], node: true },
  demo: { floor: 5, imports: ['workspace', 'base', 'protocol'], packages: [], node: true },
  server: {
    floor: 6,
    imports: FLOORS_0_TO_5,
    packages: ['fastify', '@fastify/*', '@sinclair/typebox', 'ws', 'croner', 'prom-client'],
    node: true,
  },
  web: { floor: 6, imports: ['view', 'client', 'protocol'], packages: ['uplot'], node: false },
  tui: {
    floor: 7,
    imports: ['view', 'client', 'base', 'protocol'],
    packages: ['ink', 'react', 'string-width'],
    node: true,
  },
  cli: {
    floor: 7,
    imports: ['view', 'client', 'base', 'protocol'],
    packages: ['@oclif/core', 'cli-table3', 'execa', 'ws', 'string-width', 'fastest-levenshtein', 'asciichart'],
    node: true,
  },
  commands: {
    floor: 8,
    imports: ['cli', 'tui', 'view', 'server', 'demo', 'backup', 'metrics', 'workspace', 'client', 'base', 'protocol'],
    packages: ['@oclif/core'],
    node: true,
  },
};
