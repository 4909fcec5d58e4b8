import { Type } from '@sinclair/typebox';
import { eachCounter } from '../../protocol/index.js';
import { NextCursor } from './pages.js';
import { LiveSchema, RuntimeWord } from './runtime-schemas.js';
import { AgentStatusWord, Nullable, NullableNumber, NullableText, TaskStatusWord, Time } from './schemas.js';

const Warning = Type.Object({ file: Type.String(), place: NullableText, reason: Type.String() });

const AgentTask = Type.Object({
  source: Type.String(),
  id: NullableText,
  title: Type.String(),
  status: Nullable(TaskStatusWord),
  started_at: NullableText,
  priority: NullableText,
});

const Evidence = Type.Object({ file: Type.String(), field: NullableText, value: NullableText });

export const AgentRowSchema = Type.Object({
  id: Type.String(),
  name: Type.String(),
  status: Type.String({ description: "the file's own word, else unknown" }),
  current_tasks: Type.Array(Type.Unknown()),
  tasks_completed: NullableNumber,
  tasks_failed: NullableNumber,
  metrics: Type.Record(Type.String(), Type.Union([Type.Number(), Type.String(), Type.Null()])),
  normalized_status: AgentStatusWord,
  since: NullableText,
  evidence: Nullable(Evidence),
  waiting_for: Nullable(Type.String({ description: 'what it waits for a person to do, where its files say so' })),
  role: NullableText,
  display_name: NullableText,
  emoji: NullableText,
  last_active: NullableText,
  heartbeat_interval: NullableNumber,
  zone: NullableText,
  warnings: Type.Array(Warning),
  tasks: Type.Array(AgentTask),
  tasksCompleted: NullableNumber,
  tokensUsed: NullableNumber,
  efficiency: Nullable(Type.Number({ description: 'percent of the finished tasks that did not fail' })),
  currentTask: NullableText,
  cost: NullableNumber,
  runtime: Nullable(RuntimeWord),
  live: Nullable(LiveSchema),
  sessions: Nullable(
    Type.Object(
      { working: Type.Integer(), waiting: Type.Integer(), idle: Type.Integer(), error: Type.Integer() },
      { description: 'sessions by what they do; those that are gone are not counted' },
    ),
  ),
});

const Summary = Type.Object({
  totalAgents: Type.Integer(),
  activeAgents: Type.Integer(),
  busyAgents: Type.Integer(),
  idleAgents: Type.Integer({ description: 'idle, and those that wait for a person' }),
  waitingAgents: Type.Integer(),
  totalTokens: NullableNumber,
  totalTasks: NullableNumber,
  totalCost: NullableNumber,
  avgEfficiency: NullableNumber,
  counts: Type.Object({
    active: Type.Integer(),
    busy: Type.Integer(),
    idle: Type.Integer(),
    error: Type.Integer(),
    waiting: Type.Integer(),
    stale: Type.Integer(),
    offline: Type.Integer(),
    unknown: Type.Integer(),
  }),
});

export const AgentsSchema = Type.Object({
  agents: Type.Array(AgentRowSchema),
  summary: Summary,
  next_cursor: NextCursor,
});

export const AgentsStatusSchema = Type.Object({
  agents: Type.Array(
    Type.Object({
      id: Type.String(),
      name: Type.String(),
      role: NullableText,
      status: AgentStatusWord,
      tasksCompleted: NullableNumber,
      tokensUsed: NullableNumber,
      efficiency: NullableNumber,
      emoji: NullableText,
      currentTask: NullableText,
      cost: NullableNumber,
    }),
  ),
  summary: Summary,
  timestamp: Time,
  next_cursor: NextCursor,
});

const CountersSchema = Type.Object(eachCounter(() => NullableNumber));

export const AgentSchema = Type.Intersect([
  AgentRowSchema,
  Type.Object({ state: Type.Unknown(), counters: CountersSchema }),
]);

const Counter = Type.Optional(Type.Number({ minimum: 0 }));

/** Body of a report. An unknown key is refused: a counter with a slip in its name would be lost in silence. */
export const ReportBody = Type.Object(
  {
    status: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
    waiting_for: Type.Optional(Type.String({ maxLength: 2000 })),
    task: Type.Optional(Type.String({ maxLength: 2000 })),
    zone: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
    activity: Type.Optional(Type.String({ minLength: 1, maxLength: 2000 })),
    counters: Type.Optional(
      Type.Object(
        eachCounter(() => Counter),
        { additionalProperties: false },
      ),
    ),
  },
  { additionalProperties: false },
);
