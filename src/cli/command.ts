import { Command } from '@oclif/core';
import { type ConfigFault, type Config as McConfig } from '../base/index.js';
import { EXIT } from '../protocol/index.js';
import { cleanText } from './clean.js';
import { errorJson, errorText, explain } from './errors.js';
import { configOf, GLOBAL_FLAGS } from './flags.js';
import { type Here, refuseServer } from './here.js';
import { createPrinter, hasPrinted, type Printer } from './print/print.js';
import { hideSecrets } from './secrets.js';
import { terminalOf } from './print/terminal.js';

/** What a command works with: its configuration, and where it prints. */
export interface CommandOutput extends Printer {
  config: McConfig;
}

/**
 * What every command is: it has the global flags, and ends with an exit status and a message of the one table of errors.
 * A command parses, calls one function and prints.
 */
export abstract class McCommand extends Command {
  static override baseFlags = GLOBAL_FLAGS;
  /** Exit statuses besides 0, 1 and 2 that this command can end with; its help lists them. */
  static exits: readonly (keyof typeof EXIT)[] = [];
  /** Set: it works on this machine only, and refuses a server that is named. */
  static here: Here | null = null;
  /**
   * What is done about a configuration that is wrong. `fatal`: nothing works without all of it. `noted`: a fault of the
   * workspace's file, which agents can write, is a note, and what it would have set stays at its default. `own`: the
   * command shows faults itself, or needs no configuration.
   */
  static configFaults: 'fatal' | 'noted' | 'own' = 'noted';
  /** True: goes on when nobody reads stdout any more. */
  static outlivesReader = false;

  /** Runs it to its end, as oclif's own `run` does, which would load all of oclif's configuration once more. */
  start(): Promise<void> {
    return this._run();
  }

  /** Settles configuration and printer from parsed flags. */
  protected async open(flags: Record<string, unknown>): Promise<CommandOutput> {
    const printer = createPrinter({
      json: flags.json === true,
      quiet: flags.quiet === true,
      stdout: process.stdout,
      stderr: process.stderr,
      env: process.env,
    });
    const config = await configOf(flags, process.env);
    const { here } = this.constructor as typeof McCommand;
    if (here !== null) refuseServer(config, here, this.id?.replaceAll(':', ' ') ?? '');
    const policy = (this.constructor as typeof McCommand).configFaults;
    if (policy !== 'own') for (const fault of config.faults) weigh(fault, policy, printer);
    return { ...printer, config };
  }

  protected override async catch(thrown: Error): Promise<void> {
    reportError(thrown, this.argv, this.id?.replaceAll(':', ' ') ?? null);
  }
}

function weigh({ kind, error }: ConfigFault, policy: 'fatal' | 'noted', printer: Printer): void {
  if (policy === 'fatal' || kind !== 'workspace file') throw error;
  printer.note(cleanText(`not in force: ${error.message}`));
}

/** Prints an error on stderr, with --json on stdout too, and sets the exit status. Works on a line that did not parse. */
export function reportError(thrown: unknown, argv: readonly string[], command: string | null): void {
  const hide = hideSecrets(argv, process.env);
  const error = explain(thrown, command);
  const flags = argv.includes('--') ? argv.slice(0, argv.indexOf('--')) : argv;
  if (flags.includes('--json') && !hasPrinted()) process.stdout.write(hide(errorJson(error)));
  const debug = flags.includes('--debug');
  process.stderr.write(hide(errorText(error, terminalOf(process.stderr, process.env), debug)));
  process.exitCode = error.exit;
}
