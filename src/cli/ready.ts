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
export function printReady(desk: CommandOutput, { http, ws, workspace }: Listening, demo: boolean): void {
  const text = `REST       ${http}\nWebSocket  ${ws}`;
  desk.item({ event: 'ready', http, ws, workspace, pid: process.pid }, text);
  // Beside a log of JSON lines there are no lines of another kind.
  if (desk.json || desk.config.values.logFormat === 'json') return;
  desk.note(`serving ${demo ? 'a made-up fleet in ' : ''}${workspace}; Ctrl-C ends it`);
  const found = demo || desk.config.values.port !== SETTINGS.port.default ? ` --server ${http}` : '';
  const named = desk.config.origins.workspace.kind === 'default' ? '' : ` --workspace ${quote(workspace)}`;
  desk.note(`in another terminal: ${commandName()} status${demo ? found : named}`);
}

/** How this program was called: from a checkout it is not on the path. */
function commandName(): string {
  const script = process.argv[1] ?? '';
  return basename(script) === 'run.js' ? `node ${quote(relative(process.cwd(), script) || script)}` : 'mc';
}
