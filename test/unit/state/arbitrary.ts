import * as fc from '../../support/property.js';
import {
  type Agent,
  type AgentReading,
  type AgentStatus,
  type Reading,
  TASK_FILES,
  type Task,
  type TaskFile,
  type TaskFileReading,
} from '../../../src/protocol/index.js';
import { agent, agentTask, iso, T0, task } from './readings.js';

/** What happens next: the files say something, or only time passes. */
export type Step = { after: number; reading: Reading | null };

const WORDS: Record<string, AgentStatus> = {
  busy: 'busy',
  operational: 'active',
  idle: 'idle',
  failed: 'error',
  needs_input: 'waiting',
};

const json = fc.jsonValue({ maxDepth: 2 }).map((value) => JSON.parse(JSON.stringify(value)) as unknown);
const titles = fc.subarray(['Build', 'Test', 'Ship', 'Sell']);

const goodAgent: fc.Arbitrary<(id: string) => Agent> = fc
  .record({
    word: fc.constantFrom(...Object.keys(WORDS)),
    age: fc.nat(40 * 60_000),
    heartbeat: fc.constantFrom(null, 30, 600),
    titles,
    state: json,
    role: fc.constantFrom(null, 'tester'),
  })
  .map(({ word, age, heartbeat, titles: tasks, state, role }) => (id) => {
    const at = iso(T0 + age);
    const waiting_for = word === 'needs_input' ? role : null;
    const status = {
      status: word,
      normalized_status: WORDS[word] ?? 'unknown',
      waiting_for,
      since: at,
      last_active: at,
    };
    const work = { current_tasks: tasks, tasks: tasks.map((title) => agentTask(title)) };
    return agent(id, { ...status, ...work, role, heartbeat_interval: heartbeat, state: { word, state } });
  });

const brokenAgent: fc.Arbitrary<(id: string) => Agent> = fc.constantFrom('cut', 'torn').map((reason) => (id) => {
  const warnings = [{ file: 'state.json', place: null, reason }];
  const unknown = { status: 'unknown', normalized_status: 'unknown', since: null, evidence: null } as const;
  return agent(id, { ...unknown, state: null, warnings });
});

const memory = fc.dictionary(fc.constantFrom('a.md', 'b.md'), fc.nat(5), { noNullPrototype: true });

function agentReading(id: string): fc.Arbitrary<AgentReading | null> {
  const good = fc.record({ agent: goodAgent.map((make) => make(id)), broken: fc.constant(null), memory });
  const broken = fc.record({ agent: brokenAgent.map((make) => make(id)), memory }).map((reading) => ({
    ...reading,
    broken: reading.agent.warnings[0] ?? null,
  }));
  return fc.oneof({ weight: 4, arbitrary: good }, broken, fc.constant(null));
}

const refused = fc.constantFrom('no JSON', 'empty').map((reason) => ({ refused: { place: null, reason } }));

const place = fc.record({ x: fc.nat(100), y: fc.nat(100), zone: fc.constantFrom('qa_station', 'ops_center') });
const office = fc.oneof(
  fc.record({
    positions: fc.dictionary(fc.constantFrom('a', 'b'), place, { noNullPrototype: true }),
    hour: fc.nat(23),
  }),
  fc.constant(null),
);

function taskFile(source: TaskFile): fc.Arbitrary<TaskFileReading> {
  const row = fc.record({
    key: fc.constantFrom('1', '2', '3', '4', '5').map((id) => `${source}#${id}`),
    line: fc.integer({ min: 1, max: 9 }),
    status: fc.constantFrom<Task['status']>('pending', 'completed'),
  });
  const rows = fc.uniqueArray(row, { selector: ({ key }) => key });
  const good = rows.map((list) => ({
    tasks: list
      .map(({ key, line, status }) => task(key, line, { status, source }))
      .sort((a, b) => a.line - b.line || (a.key < b.key ? -1 : 1)),
    warnings: [],
  }));
  return fc.oneof({ weight: 4, arbitrary: good }, refused);
}

/** For each key perhaps a value. */
function some<K, V>(keys: readonly K[], value: (key: K) => fc.Arbitrary<V>): fc.Arbitrary<Map<K, V>> {
  const pairs = keys.map((key) => fc.option(value(key).map((said) => [key, said] as const)));
  return fc.tuple(...pairs).map((list) => new Map(list.filter((pair) => pair !== null)));
}

const reading: fc.Arbitrary<Reading> = fc
  .record({
    agents: some(['a', 'b', 'c', 'd'], agentReading),
    office: fc.option(
      fc.oneof(
        office.map((said) => ({ office: said })),
        refused,
      ),
    ),
    tasks: some(TASK_FILES, taskFile),
    files: fc.array(fc.constant({ path: 'README.md', kind: 'changed' as const }), { maxLength: 1 }),
  })
  .map(({ office: said, ...rest }) => ({ at: T0, ...rest, ...(said ? { office: said } : {}) }));

/** Any history: agents that appear, change, break, vanish and turn stale, an office, tasks whose lines move. */
export const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.record({ after: fc.nat(15 * 60_000), reading: fc.option(reading, { freq: 4 }) }),
  { maxLength: 12 },
);
