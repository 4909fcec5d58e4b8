import { Args, Config, Flags } from '@oclif/core';
import { beforeAll, describe, expect, it } from 'vitest';
import { McCommand } from '../../../src/cli/command.js';
import { explain } from '../../../src/cli/errors.js';
import { hideSecrets } from '../../../src/cli/secrets.js';

/** A command with every form of flag there is; what the real parser throws at a line of it. */
class Every extends McCommand {
  static override args = { id: Args.string({ description: 'Name of its directory', required: true }) };
  static override flags = {
    limit: Flags.integer({ min: 1, max: 9 }),
    level: Flags.string({ options: ['info', 'error'] }),
  };
  run = async () => {};
  read = () => this.parse(Every);
}

let config: Config;
beforeAll(async () => {
  config = await Config.load({ root: process.cwd(), userPlugins: false, devPlugins: false });
});

async function refusal(...argv: string[]) {
  const thrown = await new Every(argv, config).read().then(
    () => null,
    (error: unknown) => error,
  );
  return explain(thrown, 'every');
}

describe('a line that cannot be parsed is refused in our words', () => {
  it.each([
    [['x', '--jsno'], 'there is no flag --jsno', /^did you mean --json\?; see mc every --help$/],
    [['x', '--tokne=mc_abcdefgh'], 'there is no flag --tokne', /--token/],
    [[], 'ID (name of its directory) is missing', /^see mc every --help$/],
    [['x', 'y', 'z'], '"y", "z" are arguments too many', /quotes/],
    [['x', '--limit', 'ten'], '--limit: "ten" is not a whole number', /see/],
    [['x', '--limit', '0'], '--limit: "0" is not a whole number from 1 up', /see/],
    [['x', '--limit', '10'], '--limit: "10" is not a whole number up to 9', /see/],
    [['x', '--level', 'eror'], '--level: "eror" is not one of info, error', /did you mean error/],
    [['x', '--level'], '--level needs a value: one of info, error', /see/],
    [['x', '--limit'], '--limit needs a value', /see/],
    [
      ['x', '--token', 'mc_abcdefgh', '--token-file', 'f'],
      '--token and --token-file cannot be given together',
      /leave one/,
    ],
  ] as const)('%j', async (argv, message, hint) => {
    const error = await refusal(...argv);
    expect(error).toMatchObject({ code: 'usage', exit: 2, message });
    expect(error.hint).toMatch(hint);
  });
});

describe('hideSecrets', () => {
  it.each([
    [['--token', 'mc_secret'], {}, 'x mc_secret y', 'x *** y'],
    [['--token=mc_secret'], {}, '--token=mc_secret', '--token=***'],
    [['--token', ' mc_secret\n'], {}, 'mc_secret', '***'],
    [[], { MC_TOKEN: 'from-env' }, 'from-env', '***'],
    [[], {}, 'no answer from http://me:pass@host/x', 'no answer from http://***@host/x'],
    [['--token', 'abc'], {}, 'abc', 'abc'],
  ])('with %j and %j', (argv, env, text, hidden) => {
    expect(hideSecrets(argv, env)(text)).toBe(hidden);
  });
});
