import { Flags } from '@oclif/core';
import { McCommand, MOMENT_FORMS, reachServer, readRange, reconcileText, usageTable } from '../src/cli/index.js';
import { McError } from '../src/base/index.js';
import { RUNTIME_NAMES, USAGE_KEYS, type UsageKey } from '../src/protocol/index.js';
import { backfillNote, costNote, unpricedNote } from '../src/view/index.js';

export default class Usage extends McCommand {
  static override summary = 'What Claude Code, Codex and OpenClaw used: tokens, and what they cost by list prices';
  static override description = [
    'Every response of a model counts once. A cost with ≥ is of what has a price: the rest stands in unpriced_tokens (--json).',
    'With --reconcile the whole account: what was read, what counts, what was left out and why, and whether the sums agree.',
  ].join('\n');
  static override exits = ['noServer', 'notAllowed'] as const;
  static override examples = [
    '<%= config.bin %> usage --since 7d',
    '<%= config.bin %> usage --by agent,model --since 30d',
    '<%= config.bin %> usage --by day --tz Europe/Vienna --json',
    '<%= config.bin %> usage --reconcile',
  ];
  static override flags = {
    by: Flags.string({ description: `Some of ${USAGE_KEYS.join(', ')}, with commas`, default: 'runtime' }),
    since: Flags.string({ description: `From here on: ${MOMENT_FORMS}` }),
    until: Flags.string({ description: 'Up to here' }),
    tz: Flags.string({ description: 'Whose days: a time zone such as Europe/Vienna [default: UTC]' }),
    runtime: Flags.option({ options: RUNTIME_NAMES, description: 'Only of this runtime' })(),
    agent: Flags.string({ description: 'Only of this agent' }),
    model: Flags.string({ description: 'Only of this model' }),
    reconcile: Flags.boolean({ description: 'The whole account in place of the sums' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Usage);
    const output = await this.open(flags);
    const { rest } = await reachServer(output.config);
    if (flags.reconcile) {
      const answer = await rest.usageReconcile();
      return output.result(answer, () => reconcileText(answer));
    }
    const { tz, runtime, agent, model } = flags;
    const by = keysOf(flags.by);
    const answer = await rest.usage({ by: by.join(','), tz, runtime, agent, model, ...readRange(flags, Date.now()) });
    output.result(answer, () => usageTable(answer, by, output.terminal));
    const unpriced = unpricedNote(answer.unpriced_models);
    if (unpriced !== null) output.note(`${unpriced} (name one in a file: --prices of mc serve)`);
    for (const note of [costNote(answer.cost_basis), backfillNote(answer.backfill)])
      if (note !== null) output.note(note);
  }
}

function keysOf(text: string): UsageKey[] {
  return text.split(',').map((word) => {
    const key = USAGE_KEYS.find((known) => known === word.trim());
    if (key) return key;
    throw new McError('usage', `--by: "${word.slice(0, 80)}" is not one of ${USAGE_KEYS.join(', ')}`, {
      hint: 'name some of them with commas: --by agent,model',
    });
  });
}
