import { basename, relative } from 'node:path';
import { SETTINGS } from '../base/index.js';
import type { CommandOutput } from './command.js';
import { quote } from './quote.js';

/** Where a server listens. No trailing slashes. */
export interface Listening {
  http: string;
  ws: string;
  workspace: string;
}

/** Says on stdout that a server is ready: one line per listener, with --json one line for all. */
export function printReady(output: CommandOutput, { http, ws, workspace }: Listening, demo: boolean): void {
  const text = `REST       ${http}\nWebSocket  ${ws}`;
  output.item({ event: 'ready', http, ws, workspace, pid: process.pid }, text);
  // Beside a log of JSON lines there are no lines of another kind.
  if (output.json || output.config.values.logFormat === 'json') return;
  output.note(`serving ${demo ? 'a made-up fleet in ' : ''}${workspace}; Ctrl-C ends it`);
  const found = demo || output.config.values.port !== SETTINGS.port.default ? ` --server ${http}` : '';
  const named = output.config.origins.workspace.kind === 'default' ? '' : ` --workspace ${quote(workspace)}`;
  output.note(`in another terminal: ${commandName()} status${demo ? found : named}`);
}

/** How this program was called: from a checkout it is not on the path. */
function commandName(): string {
  const script = process.argv[1] ?? '';
  return basename(script) === 'run.js' ? `node ${quote(relative(process.cwd(), script) || script)}` : 'mc';
}
