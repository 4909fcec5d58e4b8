import { cleanJson } from '../clean.js';
import { inAscii, type Terminal, terminalOf } from './terminal.js';

/** Where a command says things: results on stdout, notes on stderr. */
export interface Printer {
  readonly json: boolean;
  /** What stdout can show. */
  readonly terminal: Terminal;
  /** The one result: as JSON, or as the text that is made of it. */
  result(value: unknown, text: () => string): void;
  /** One item of a stream: one line of JSON, or one line of text. */
  item(value: unknown, text: string): void;
  /** Something beside the result; silent with --quiet. */
  note(text: string): void;
}

let printed = false;

/** Whether the one document that stdout is to hold with `--json` is there already. */
export function hasPrinted(): boolean {
  return printed;
}

/** A printer over two streams. */
export function createPrinter(options: {
  json: boolean;
  quiet: boolean;
  stdout: NodeJS.WriteStream;
  stderr: NodeJS.WriteStream;
  env: NodeJS.ProcessEnv;
}): Printer {
  const { json, quiet, stdout, stderr } = options;
  const terminal = terminalOf(stdout, options.env);
  const shown = (text: string): string => (terminal.unicode ? text : inAscii(text));
  return {
    json,
    terminal,
    result(value, text) {
      printed = true;
      stdout.write(`${json ? cleanJson(value, terminal.boxes ? 2 : 0) : shown(text())}\n`);
    },
    item(value, text) {
      stdout.write(`${json ? cleanJson(value) : shown(text)}\n`);
    },
    note(text) {
      if (!quiet) stderr.write(`${text}\n`);
    },
  };
}
