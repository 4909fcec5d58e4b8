import { Type } from '@sinclair/typebox';
import { LIVE_SOURCES, LIVE_STATUSES, RUNTIME_NAMES } from '../../protocol/index.js';
import { Nullable, NullableText, Words } from './schemas.js';

export const RuntimeWord = Words(RUNTIME_NAMES);

/** What a session does now, and why that is believed. */
export const LiveSchema = Type.Object({
  status: Words(LIVE_STATUSES),
  reason: Nullable(
    Type.String({ description: 'permission, question, turn_ended, tool, inferred …, or the code of an error' }),
  ),
  detail: Nullable(Type.String({ description: 'the tool that it waits for or works with' })),
  since: NullableText,
  evidence: Type.Object({
    source: Words(LIVE_SOURCES),
    file: Nullable(Type.String({ description: 'relative to the home directory' })),
    field: NullableText,
    value: NullableText,
  }),
});
