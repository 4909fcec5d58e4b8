import { Flags } from '@oclif/core';
import {
  collectStatus,
  type CommandOutput,
  explainDown,
  loadSocket,
  McCommand,
  needsPerson,
  noServerLine,
  quote,
  reachServer,
  statusLine,
  statusText,
  STREAM_FLAG,
  streamFinder,
} from '../src/cli/index.js';
import { EXIT } from '../src/protocol/index.js';
import { SCREENS, type Tab, THEME_NAMES } from '../src/tui/names.js';

/** How long a prompt waits for an answer unless `--timeout` says otherwise, in milliseconds. */
const LINE_MS = 1500;
const THEMES = ['auto', ...THEME_NAMES] as const;

export default class StatusCommand extends McCommand {
  static override summary = 'Show the fleet’s status: who needs a person, and why';
  static override description =
    'On a terminal a dashboard that stays open and follows the server; ? shows its keys. On a pipe or with --once one table.';
  static override exits = ['noServer', 'checkFailed', 'notAllowed', 'interrupted'] as const;
  static override examples = [
    '<%= config.bin %> status',
    '<%= config.bin %> status --screen agents --filter "!idle" --readonly',
    '<%= config.bin %> status --once',
    '<%= config.bin %> status --json',
    '<%= config.bin %> status --exit-code --quiet >/dev/null || echo "look at the fleet"',
    "tmux set -g status-right '#(<%= config.bin %> status --line)'",
  ];
  static override flags = {
    ...STREAM_FLAG,
    once: Flags.boolean({ description: 'One table, then end', exclusive: ['line'] }),
    'exit-code': Flags.boolean({
      description: 'End with 5 when anything needs a person or the server is not healthy; on a terminal too one table',
    }),
    line: Flags.boolean({ description: 'One line, for a tmux or shell prompt' }),
    screen: Flags.option({ options: SCREENS, description: 'What the dashboard shows first', default: 'overview' })(),
    filter: Flags.string({ description: 'Filter of that screen, as after /; ! inverts it', default: '' }),
    theme: Flags.option({ options: THEMES, description: 'Colours; auto asks the terminal', default: 'auto' })(),
    readonly: Flags.boolean({ description: 'Offer nothing that changes something' }),
    mouse: Flags.boolean({
      description: 'Wheel and clicks; off lets the terminal select text',
      allowNo: true,
      default: true,
    }),
    bell: Flags.boolean({ description: 'Bell and desktop notice for critical notifications' }),
    ascii: Flags.boolean({ description: 'Draw with ASCII only' }),
    embedded: Flags.boolean({ description: 'Run a server inside of the dashboard, for as long as it is open' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(StatusCommand);
    const output = await this.open(flags);
    const terminal = process.stdin.isTTY && process.stdout.isTTY && process.env.TERM !== 'dumb';
    if (terminal && !flags.once && !flags.line && !flags['exit-code'] && !output.json) {
      process.exitCode = await dashboard(output, flags);
      return;
    }
    try {
      // A prompt waits for it each time.
      const short = flags.line && output.config.origins.timeout.kind === 'default' ? { timeoutMs: LINE_MS } : {};
      const status = await collectStatus(await reachServer(output.config, short));
      const line = () => statusLine(status, output.terminal, Date.now());
      output.result(status, () => (flags.line ? line() : statusText(status, output.terminal, Date.now())));
      if (flags['exit-code'] && needsPerson(status, Date.now())) process.exitCode = EXIT.checkFailed;
    } catch (thrown) {
      const { error, down } = await explainDown(thrown, output.config);
      // A prompt shows stdout only.
      if (flags.line && !output.json) process.stdout.write(`${noServerLine(output.terminal, down)}\n`);
      throw error;
    }
  }
}

interface DashboardFlags {
  screen: Tab;
  filter: string;
  theme: (typeof THEMES)[number];
  readonly: boolean;
  mouse: boolean;
  bell: boolean;
  ascii: boolean;
  embedded: boolean;
}

/** The exit status of the dashboard, after its user has left it. */
async function dashboard({ config }: CommandOutput, flags: DashboardFlags): Promise<number> {
  const { detectTheme, detectUnicode, runDashboard } = await import('../src/tui/index.js');
  const { origins, workspace } = config;
  const named = origins.workspace.kind === 'default' ? '' : ` --workspace ${quote(workspace)}`;
  const inside = flags.embedded ? embedded(config) : null;
  try {
    return await runDashboard({
      stdin: process.stdin,
      stdout: process.stdout,
      seek: (onServer) =>
        streamFinder(config, async () => {
          const server = await reachServer((await inside?.start()) ?? config);
          onServer(server);
          return server;
        }),
      socket: await loadSocket(),
      options: {
        readonly: flags.readonly,
        mouse: flags.mouse,
        bell: flags.bell,
        theme: flags.theme === 'auto' ? detectTheme(process.env) : flags.theme,
        unicode: !flags.ascii && detectUnicode(process.env),
        startCommand: `mc start${named}`,
      },
      start: { screen: flags.screen, filter: flags.filter },
    });
  } finally {
    await inside?.stop();
  }
}

/** A server in this process, on free ports, which is started when it is first asked for. */
function embedded(config: CommandOutput['config']) {
  let server: Promise<{ http: string; stop(): Promise<void> }> | null = null;
  const open = async () => {
    if (config.faults[0]) throw config.faults[0].error;
    const { runtimePlaces, startServer } = await import('../src/server/index.js');
    const { silentLog } = await import('../src/base/log.js');
    const { workspace } = config;
    const settings = { ...config.values, workspace, port: 0, wsPort: 0 };
    return startServer({ workspace, settings, log: silentLog(), runtimes: runtimePlaces() });
  };
  return {
    /** The configuration that leads to it. */
    async start(): Promise<CommandOutput['config']> {
      server ??= open();
      try {
        const { http } = await server;
        return {
          ...config,
          values: { ...config.values, server: http },
          origins: { ...config.origins, server: { kind: 'flag', name: '--embedded' } },
        };
      } catch (error) {
        server = null;
        throw error;
      }
    },
    async stop() {
      const started = await server?.catch(() => null);
      await started?.stop();
    },
  };
}
