import { describe, expect, it } from 'vitest';
import { importedName, transcriptName } from '../../../../src/runtimes/openclaw/names.js';

const ID = '367711b2-990a-4750-9327-e568d7f1b17b';

describe('names of transcripts', () => {
  it.each([
    [`${ID}.jsonl`, 'live', false],
    [`${ID}-topic-12.jsonl`, 'live', false],
    [`${ID}.jsonl.reset.2026-11-19T16-00-16.620Z`, 'reset', false],
    [`${ID}.jsonl.deleted.2026-11-16T12-00-13.695Z`, 'deleted', false],
    [`${ID}.jsonl.deleted.2026-11-16T12-00-13.695Z.958ec7e3.zst`, 'deleted', true],
    [`${ID}-topic-a%2Fb.jsonl.reset.2026-11-19T16-00-16.620Z`, 'reset', false],
  ])('say of %s that it is %s (packed: %s)', (name, kind, packed) => {
    expect(transcriptName(name)).toEqual({ session: ID, kind, packed });
  });

  it.each([
    `${ID}.checkpoint.955cecff-a27e-4071-8d7e-192b75829692.jsonl`,
    `${ID}.trajectory.jsonl`,
    `${ID}.jsonl.lock`,
    `${ID}.jsonl.bak`,
    `${ID}.jsonl.bak-2026`,
    `${ID}.jsonl.deleted.2026.bak`,
    `${ID}.jsonl.reset.2026.lock`,
    `${ID}.jsonl.tmp`,
    'sessions.json',
    '.jsonl',
    '../x.jsonl',
    `${'x'.repeat(300)}.jsonl`,
  ])('say of %s that it is none', (name) => {
    expect(transcriptName(name)).toBeNull();
  });

  it.each([
    [`agent_main_main.${ID}.jsonl.imported-1795140019310`, false],
    [`archive-tier.${ID}.jsonl.imported-1790856007816`, false],
    [`${ID}.jsonl.imported-1790856007816`, false],
    [`archive-tier.${ID}.jsonl.imported-1790856007816.zst`, true],
  ])('say of %s what was taken in', (name, packed) => {
    expect(importedName(name)).toEqual({ session: ID, kind: 'imported', packed });
  });

  it.each([
    `a.${ID}.checkpoint.x.jsonl.imported-1`,
    `a.${ID}.jsonl`,
    'sessions.json.imported-1',
    `x.${ID}.jsonl.imported-1.bak`,
  ])('say of %s that it was not', (name) => {
    expect(importedName(name)).toBeNull();
  });

  it('are judged in a time that does not grow beyond their length', () => {
    const name = `${'a-topic-'.repeat(30_000)}.jsonl.deleted.${'.jsonl'.repeat(1000)}`;
    expect(transcriptName(name)).toBeNull();
    expect(importedName(`${name}.imported-`)).toBeNull();
  });
});
