import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Config } from '@oclif/core';
import type { PJSON } from '@oclif/core/interfaces';
import type { McCommand } from './command.js';

/** A command as the bundle has it. */
type CommandClass = (new (
  argv: string[],
  config: Config,
) => McCommand) &
  Pick<typeof McCommand, 'id' | 'outlivesReader'>;

/**
 * What oclif knows of the program while one command runs. Its own `Config.load` reads the manifest of all commands, twice
 * for each run, and looks for plugins, which there are none of: that takes longer than a short command.
 */
export class Program extends Config {
  private ids: string[] | undefined;
  private readonly bundled: string;
  private readonly requireFile: NodeJS.Require;

  /** `root`: the directory of package.json. `requireFile`: of the bundle. */
  constructor(root: string, requireFile: NodeJS.Require) {
    super({ root });
    this.requireFile = requireFile;
    this.root = root;
    this.pjson = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as PJSON;
    this.name = this.pjson.name;
    this.version = this.pjson.version;
    this.bin = this.pjson.oclif.bin ?? this.name;
    this.topicSeparator = ' ';
    this.userAgent = `${this.name}/${this.version} ${process.platform}-${process.arch} node-${process.version}`;
    this.bundled = join(root, 'dist', 'bundle', 'commands');
  }

  /** All that there are, hidden ones too, in oclif's form (`agents:list`): each is a file of the bundle. */
  override get commandIDs(): string[] {
    this.ids ??= idsBelow(this.bundled).sort();
    return this.ids;
  }

  /** Nobody hangs anything in. */
  override runHook(): Promise<{ successes: []; failures: [] }> {
    return Promise.resolve({ successes: [], failures: [] });
  }

  /** Loads a command, and none of the others. */
  findClass(id: string): CommandClass {
    const file = `${join(this.bundled, ...id.split(':'))}.cjs`;
    const { default: command } = this.requireFile(file) as { default: CommandClass };
    command.id = id;
    return command;
  }
}

function idsBelow(directory: string): string[] {
  return readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    if (entry.isDirectory()) return idsBelow(join(directory, entry.name)).map((id) => `${entry.name}:${id}`);
    return entry.name.endsWith('.cjs') ? [entry.name.slice(0, -'.cjs'.length)] : [];
  });
}

/** All that there is to know, as help and completion show it: the manifest of all commands. */
export function describeProgram({ root }: Config): Promise<Config> {
  return Config.load({ root, userPlugins: false, devPlugins: false });
}
