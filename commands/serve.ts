import { McError, nodeFault, packageVersion, serversDirectory, systemClock } from '../src/base/index.js';
import {
  aborted,
  type CommandOutput,
  startWithSmallHeap,
  McCommand,
  onUncaught,
  printReady,
  settingFlags,
  terminalOf,
  watchSignals,
} from '../src/cli/index.js';

export default class Serve extends McCommand {
  static override summary = 'Run the server in the foreground';
  static override here = 'server' as const;
  static override configFaults = 'fatal' as const;
  static override description = [
    'WebSocket, REST and all behind them in one process. When ready it prints one line per listener; with --json one',
    'line {"event":"ready","http":…,"ws":…,"workspace":…,"pid":…}. Ctrl-C ends it gracefully (0), a second one at once (130).',
  ].join('\n');
  static override exits = ['busy', 'notAllowed', 'interrupted'] as const;
  static override outlivesReader = true;
  static override examples = [
    '<%= config.bin %> serve --demo',
    '<%= config.bin %> serve --workspace ./office --port 0 --ws-port 0 --json',
  ];
  static override flags = settingFlags();

  async run(): Promise<void> {
    const { flags } = await this.parse(Serve);
    const output = await this.open(flags);
    const fault = process.env.MC_TRY_ANYWAY === '1' ? null : nodeFault();
    if (fault) throw fault;
    const { signal } = watchSignals();
    const grow = startWithSmallHeap();
    const stage = output.config.values.demo ? await raiseCurtain(output) : null;
    try {
      await serve(output, stage?.root ?? output.config.workspace, signal, () => {
        grow();
        stage?.play();
      });
    } finally {
      await stage?.clear();
      // Whatever still holds the process has had its time.
      setTimeout(() => process.exit(), 500).unref();
    }
  }
}

async function serve(
  output: CommandOutput,
  workspace: string,
  signal: AbortSignal,
  onReady: () => void,
): Promise<void> {
  const { openServeLog, runtimePlaces, startServer, tokensPath } = await import('../src/server/index.js');
  const { alertsDirectory, alertsFilePath } = await import('../src/alerts/index.js');
  const settings = { ...output.config.values, workspace };
  const { log, path, close } = await openServeLog(settings, workspace, terminalOf(process.stderr, process.env).colour);
  onUncaught(async (error) => {
    log.fatal({ err: error }, 'an error that nobody expected: the server ends');
    await close();
  });
  try {
    const server = await startServer({
      workspace,
      settings,
      log,
      clock: systemClock,
      tokensFile: tokensPath(),
      serversDirectory: serversDirectory(),
      // A fleet that is only played leaves nothing behind.
      alertsDirectory: settings.demo ? null : alertsDirectory(),
      alertsFile: settings.alertsFile ?? alertsFilePath(),
      runtimes: settings.demo ? null : runtimePlaces(),
      signal,
    }).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
    // Whoever ended it before it was ready does not want to hear that it is.
    if (!server) return;
    try {
      if (signal.aborted) return;
      const { http, ws } = server;
      if (path) log.info({ http, ws, workspace, pid: process.pid, version: packageVersion() }, 'serving');
      printReady(output, server, settings.demo);
      onReady();
      await Promise.race([aborted(signal), server.done]);
    } finally {
      await server.stop();
      if (path) log.info('stopped');
    }
  } catch (error) {
    if (path) log.fatal({ err: error }, 'the server ends');
    throw error;
  } finally {
    await close();
  }
}

async function raiseCurtain({ config }: CommandOutput) {
  if (config.origins.workspace.kind === 'flag') {
    throw new McError('usage', '--demo brings its own workspace and --workspace names another', {
      hint: 'leave one of them out: mc serve --demo, or mc serve --workspace DIR',
    });
  }
  const { setStage } = await import('../src/demo/index.js');
  const { demoAgents, demoRate } = config.values;
  return setStage({ agents: demoAgents, rate: demoRate, random: Math.random, clock: systemClock });
}
