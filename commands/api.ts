import { Args, Flags } from '@oclif/core';
import {
  apiText,
  callApi,
  followApi,
  interrupted,
  isStream,
  limitOf,
  McCommand,
  reachServer,
  readApiCall,
  watchSignals,
} from '../src/cli/index.js';

export default class Api extends McCommand {
  static override summary = 'Call any REST route, with server and token filled in';
  static override description =
    'docs/api.md and /docs on the server list the routes. The event stream is followed, one frame a line, until Ctrl-C.';
  static override exits = ['noServer', 'notFound', 'checkFailed', 'busy', 'notAllowed', 'interrupted'] as const;
  static override examples = [
    '<%= config.bin %> api /api/agents',
    '<%= config.bin %> api "/api/files/read?path=mission-control/TASK_QUEUE.md"',
    `<%= config.bin %> api /api/agents/api/report -d '{"status":"idle"}'`,
    `<%= config.bin %> api /api/tasks/TASK-037 -X PATCH -d @patch.json`,
    '<%= config.bin %> api /api/backups -X POST --timeout 2h',
  ];
  static override args = { path: Args.string({ description: 'Path of the route, with its query', required: true }) };
  static override flags = {
    method: Flags.string({ char: 'X', description: 'Method [default: GET, with a body POST]', helpValue: 'METHOD' }),
    data: Flags.string({ char: 'd', description: 'Body: JSON, @FILE, or - for stdin', helpValue: 'JSON' }),
    timeout: Flags.string({
      description: 'How long the answer may take [env: MC_TIMEOUT; default: GET 30s, else 1h]',
      helpValue: 'DURATION',
    }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Api);
    const call = await readApiCall(args.path, { method: flags.method, data: flags.data }, process.stdin);
    const output = await this.open(flags);
    const server = await reachServer(output.config, { timeoutMs: limitOf(call, output.config) });
    if (!isStream(call)) {
      const answer = await callApi(server, call);
      output.result(answer, () => apiText(answer));
      return;
    }
    const watch = watchSignals();
    await followApi(
      server,
      call,
      (frame) => output.item(frame, apiText(frame).replaceAll(/\n\s*/g, ' ')),
      watch.signal,
    );
    watch.dispose();
    if (watch.signal.aborted) throw interrupted();
  }
}
