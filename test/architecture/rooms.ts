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
    packages: ['pino', 'pino-pretty', 'rotating-file-stream', 'fastest-levenshtein', 'string-width'],
    node: true,
  },
  workspace: { floor: 2, imports: ['base', 'protocol'], packages: ['chokidar'], node: true },
  runtimes: {
    floor: 2,
    imports: ['base', 'protocol'],
    packages: ['better-sqlite3', 'fzstd', 'json5', '@pydantic/genai-prices'],
    node: true,
  },
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
  alerts: {
    floor: 5,
    imports: ['bus', 'base', 'protocol'],
    packages: ['better-sqlite3', 'cockatiel', 'execa', 'nodemailer', 'request-filtering-agent', 'standardwebhooks'],
    node: true,
  },
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
    imports: [
      'cli',
      'tui',
      'view',
      'server',
      'demo',
      'backup',
      'metrics',
      'alerts',
      'workspace',
      'client',
      'base',
      'protocol',
    ],
    packages: ['@oclif/core'],
    node: true,
  },
};

/** A folder inside a room. */
export interface SubRoom {
  /** The sentence over its door. */
  says: string;
  /** What of its own room it may import, besides itself: sub-rooms, and files that lie loose in the room (`space.ts`). */
  imports: string[];
}

/**
 * The folders of rooms, ground first: what none of them may import is what stands further down here, or the room's other
 * loose files. A loose file may import every folder of its room.
 */
export const SUB_ROOMS: Record<string, Record<string, SubRoom>> = {
  workspace: {
    text: { says: 'bytes, JSON and Markdown, hostile or not', imports: [] },
    browse: { says: 'the workspace as a tree of files that may be shown', imports: [] },
    tasks: { says: 'task files: what they say, and how one task in them is changed', imports: ['text'] },
    agents: { says: 'what the files of one agent say', imports: ['tasks', 'text'] },
    office: { says: 'the map: who stands where', imports: ['agents', 'text'] },
    read: { says: 'the files as they are now, large ones in a thread', imports: ['agents', 'office', 'tasks', 'text'] },
    write: { says: 'changes of ours to the files, each in its turn', imports: ['read', 'tasks', 'text'] },
    watch: { says: 'what changes, as it changes', imports: ['agents', 'read', 'text'] },
  },
  metrics: {
    store: { says: 'the database: its form, its rows, and how both grow old', imports: [] },
    record: { says: 'what is measured, and when it is written down', imports: ['store'] },
    query: { says: 'questions about what was measured', imports: ['record', 'store'] },
  },
  alerts: {
    rules: { says: 'what to look for: one rule after the other, and those of the user’s file', imports: [] },
    store: { says: 'the database: what is pending, fires, is over, is silenced', imports: ['contract.ts'] },
    engine: { says: 'what becomes of an alert, and who is told', imports: ['contract.ts', 'rules', 'store'] },
    delivery: {
      says: 'alerts out of the house: to whom, in which form, and whether they arrive',
      imports: ['contract.ts', 'file.ts'],
    },
  },
  backup: {
    tree: { says: 'which files of a workspace belong to a backup', imports: [] },
    archive: { says: 'the format of an archive, and whether one keeps to it', imports: ['tree'] },
    catalog: {
      says: 'which backups there are, and what is on record about them',
      imports: ['archive', 'remove-tree.ts', 'tree'],
    },
    pack: { says: 'a workspace into an archive', imports: ['archive', 'catalog', 'progress.ts', 'space.ts', 'tree'] },
    restore: {
      says: 'an archive into a workspace, and back again when that fails',
      imports: ['archive', 'catalog', 'pack', 'progress.ts', 'remove-tree.ts', 'space.ts', 'tree'],
    },
    jobs: {
      says: 'the heavy work, in a thread of its own or in this one',
      imports: ['archive', 'catalog', 'pack', 'progress.ts', 'restore', 'space.ts', 'tree'],
    },
    operations: {
      says: 'create, verify, restore, retire, transfer, snapshot: each under its lock and on record',
      imports: [
        'archive',
        'catalog',
        'jobs',
        'pack',
        'progress.ts',
        'remove-tree.ts',
        'restore',
        'retention.ts',
        'space.ts',
        'tree',
      ],
    },
  },
  server: {
    auth: { says: 'who may come in, from where, and what for', imports: [] },
    stream: { says: 'what a listener hears, whatever the transport', imports: [] },
    ws: { says: 'the stream over WebSocket', imports: ['auth', 'stream'] },
    sse: { says: 'the stream over HTTP', imports: ['stream'] },
    api: {
      says: 'REST: one file a noun, from the table of routes',
      imports: ['auth', 'depth.ts', 'feed.ts', 'runtimes.ts', 'services.ts', 'sse', 'stream', 'writes.ts', 'ws'],
    },
  },
  cli: {
    reach: { says: 'finding a server, knowing it, and asking it', imports: ['clean.ts', 'quote.ts'] },
    print: { says: 'results as text: tables, charts, one line each', imports: ['clean.ts', 'reach'] },
    background: {
      says: 'the server in the background: started, found and ended',
      imports: ['clean.ts', 'print', 'quote.ts', 'reach', 'signals.ts'],
    },
    completion: { says: 'what may stand next on a command line', imports: ['reach'] },
    logs: {
      says: 'the log of a server in the background: read, filtered and followed',
      imports: ['background', 'clean.ts', 'print', 'quote.ts', 'reach'],
    },
    service: {
      says: 'the server as a service of its user’s session: systemd or launchd',
      imports: ['background', 'clean.ts', 'reach'],
    },
    doctor: {
      says: 'looking at machine, workspace and server for what is wrong',
      imports: ['clean.ts', 'errors.ts', 'logs', 'print', 'quote.ts', 'reach'],
    },
  },
  tui: {
    link: { says: 'the server, as the dashboard knows it', imports: [] },
    draw: { says: 'colours, lines, figures and charts as strings', imports: ['names.ts'] },
    terminal: { says: 'the real terminal: keys in, frames out', imports: ['draw'] },
    rows: { says: 'one thing as one line', imports: ['draw', 'link', 'model.ts'] },
    lists: {
      says: 'which rows a list has, and the one under its cursor',
      imports: ['link', 'list.ts', 'model.ts', 'polls.ts', 'rows'],
    },
    screens: {
      says: 'what fills the dashboard',
      imports: [
        'draw',
        'effects.ts',
        'go.ts',
        'keys.ts',
        'link',
        'list.ts',
        'lists',
        'metric-list.ts',
        'model.ts',
        'palette.ts',
        'polls.ts',
        'rows',
        'say.ts',
      ],
    },
    chrome: {
      says: 'what stands around every screen',
      imports: ['draw', 'editor.ts', 'keys.ts', 'link', 'model.ts', 'palette.ts', 'screens'],
    },
    actions: {
      says: 'what a key does',
      imports: [
        'draw',
        'editor.ts',
        'effects.ts',
        'go.ts',
        'keys.ts',
        'link',
        'list.ts',
        'lists',
        'metric-list.ts',
        'model.ts',
        'palette.ts',
        'requests.ts',
        'rows',
        'say.ts',
        'screens',
        'view.ts',
      ],
    },
  },
};

/** Files that other rooms may import past the room's door, so that a light command does not load a heavy room. */
export const SIDE_DOORS: Record<string, string> = {
  'src/base/log.ts': 'the log: only who writes one loads pino',
  'src/base/threads.ts': 'threads: only who starts one loads worker_threads',
  'src/base/text.ts': 'text as terminals count it: only who draws loads string-width',
  'src/workspace/watch/watcher.ts': 'the watcher: only who watches loads chokidar',
  'src/metrics/query/index.ts': 'questions to a database without the service that records',
  'src/metrics/record/health.ts': 'the score by itself, for a check without a server',
  'src/server/offline.ts': 'what a server would hold, read once without one',
  'src/alerts/delivery/target-file.ts': 'the targets of the user’s file, without what sends to them',
  'src/metrics/store/place.ts': 'where the database lies and what stands in its way, without SQLite',
  'src/backup/catalog/on-record.ts': 'the newest backup without opening the backups',
  'src/backup/pack/database.ts': 'the check of a database without opening the backups',
  'src/server/auth/index.ts': 'tokens without a server',
  'src/tui/names.ts': 'names of screens and themes, without what draws them',
  'src/cli/print/chart.ts': 'charts: only who draws one loads asciichart',
  'src/cli/print/metrics.ts': 'tables of metrics, with the charts',
};
