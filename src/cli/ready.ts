import type { Desk } from './command.js';

/** Where a server listens. No trailing slashes. */
export interface Listening {
  http: string;
  ws: string;
  workspace: string;
}

/** Says on stdout that a server is ready: one line per listener, with --json one line for all. */
export function printReady(desk: Desk, { http, ws, workspace }: Listening): void {
  const text = `REST       ${http}\nWebSocket  ${ws}`;
  desk.item({ event: 'ready', http, ws, workspace, pid: process.pid }, text);
  if (!desk.json) desk.note(`serving ${workspace}; Ctrl-C ends it`);
}
