import { type Config, settings } from '@oclif/core';
import { EXIT } from '../protocol/index.js';
import { reportError } from './command.js';
import { McHelp } from './help.js';
import { takeLastWords } from './last-words.js';
import { guardPipes } from './pipes.js';
import { describeProgram, Program } from './program.js';
import { readRequest } from './resolve.js';
import { sayUpdateNote } from './update-note.js';

/**
 * What `bin/run.js` starts: reads the command line, runs one command or shows help. Never rejects; the exit status is set.
 * `root` is the directory of package.json and oclif.manifest.json; `load` loads a file of the bundle.
 */
export async function main(argv: readonly string[], root: string, load: NodeJS.Require): Promise<void> {
  // The bundle is what runs, also under NODE_ENV=test or development, where oclif would look for TypeScript.
  settings.enableAutoTranspile = false;
  let command: string | null = null;
  // What nobody waits for ends the process as any error does: told in words, with its trace only when asked for.
  process.on('uncaughtException', (error) => {
    const say = takeLastWords();
    reportError(error, argv, command);
    if (say === null) process.exit();
    void endAfter(say, error);
  });
  try {
    const program = new Program(root, load);
    const request = readRequest(argv, program.commandIDs);
    if (request.kind !== 'command') {
      guardPipes(false);
      if (request.kind === 'version') process.stdout.write(`${program.userAgent}\n`);
      else await showHelp(await describeProgram(program), request.id, argv.includes('--json'));
      return;
    }
    command = request.id.replaceAll(':', ' ');
    const Found = program.findClass(request.id);
    guardPipes(Found.outlivesReader);
    await new Found(request.argv, program).start();
    await sayUpdateNote(argv);
  } catch (error) {
    reportError(error, argv, command);
  }
}

/** Whatever it was: half of a server is not left alive, and the status says that it failed. */
async function endAfter(say: (error: unknown) => Promise<void>, error: unknown): Promise<void> {
  try {
    await say(error);
  } finally {
    process.exit(EXIT.failed);
  }
}

async function showHelp(config: Config, id: string | null, json: boolean): Promise<void> {
  if (json) process.stdout.write(`${helpJson(config, id)}\n`);
  else await new McHelp(config, config.pjson.oclif.helpOptions ?? {}).showHelp(id === null ? [] : [id]);
}

/** The commands of a topic, or all, or one: whoever asks for JSON gets one document, of help too. */
function helpJson(config: Config, id: string | null): string {
  const commands = config.commands
    .filter((command) => id === null || command.id === id || command.id.startsWith(`${id}:`))
    .map((command) => ({ command: command.id.replaceAll(':', ' '), summary: command.summary ?? null }))
    .sort((a, b) => (a.command < b.command ? -1 : 1));
  return JSON.stringify({ commands });
}
