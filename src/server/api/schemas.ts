import { type TSchema, Type } from '@sinclair/typebox';
import { AGENT_STATUSES, ERRORS, NOTIFICATION_LEVELS, TASK_FILES, TASK_STATUSES } from '../../protocol/index.js';

/** One of a list of words. */
export function Words<const W extends string>(words: readonly W[]) {
  return Type.Unsafe<W>(Type.Union(words.map((word) => Type.Literal(word))));
}

export function Nullable<T extends TSchema>(schema: T) {
  return Type.Union([schema, Type.Null()]);
}

export const NullableText = Nullable(Type.String());
export const NullableNumber = Nullable(Type.Number());
/** ISO 8601 UTC. */
export const Time = Type.String({ pattern: '^\\d{4,6}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z$' });

/** An id as a list shows it. Not held against a form: what nobody is called is not found, and nothing else becomes of it. */
export const IdParams = Type.Object({ id: Type.String() });

export const AgentStatusWord = Words(AGENT_STATUSES);
export const TaskStatusWord = Words(TASK_STATUSES);
const Level = Words(NOTIFICATION_LEVELS);

export const TaskRow = Type.Object({
  key: Type.String(),
  text: Type.String(),
  status: TaskStatusWord,
  id: NullableText,
  assignee: NullableText,
  priority: NullableText,
  due: NullableText,
  created: NullableText,
  source: Words(TASK_FILES),
  line: Type.Integer({ minimum: 1 }),
  subtasks: Type.Optional(Type.Array(Type.Object({ id: NullableText, text: Type.String(), status: TaskStatusWord }))),
});

export const NotificationRow = Type.Object({
  id: Type.String(),
  title: Type.String(),
  message: Type.String(),
  level: Level,
  agent: Type.Optional(Type.String()),
  data: Type.Record(Type.String(), Type.Unknown()),
  timestamp: Time,
  acknowledged_at: Nullable(Time),
});

/** Body of a new notification. */
export const NotificationBody = Type.Object(
  {
    title: Type.Optional(Type.String({ maxLength: 500 })),
    message: Type.String({ minLength: 1, maxLength: 10_000 }),
    level: Type.Optional(Level),
    agent: Type.Optional(Type.String({ minLength: 1, maxLength: 255 })),
    data: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
  },
  { additionalProperties: false },
);

/** Every error has one of these codes: scripts act on them, never on the words. */
const Code = Type.String({ enum: Object.keys(ERRORS), description: 'What went wrong' });
/** Body of every error answer. */
export const ErrorAnswer = Type.Object({ error: Type.String(), code: Code, hint: NullableText });
