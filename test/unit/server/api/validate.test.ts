import { type TSchema, Type } from '@sinclair/typebox';
import { describe, expect, it } from 'vitest';
import { ReportBody } from '../../../../src/server/api/agent-schemas.js';
import type { RouteName } from '../../../../src/protocol/index.js';
import { querySchemaOf } from '../../../../src/server/api/other-query.js';
import { NotificationBody } from '../../../../src/server/api/schemas.js';
import { validatorOf } from '../../../../src/server/api/validate.js';

function refusalOf(outcome: ReturnType<ReturnType<typeof validatorOf>>) {
  return 'error' in outcome ? outcome.error.toBody() : null;
}

describe('queries', () => {
  const validate = validatorOf(
    Type.Object({ limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 9 })) }),
    'querystring',
  );

  it('are converted from text', () => expect(validate({ limit: '5' })).toEqual({ value: { limit: 5 } }));
  it.each(['0', '10', 'x', '1.5', '', ['1', '2']])('refuse %j', (limit) => {
    expect(refusalOf(validate({ limit }))).toMatchObject({
      code: 'input.invalid',
      error: expect.stringContaining('limit'),
    });
  });
});

describe('a query parameter that a route does not know', () => {
  const outcome = (route: RouteName, query: TSchema | undefined, data: object) => {
    const schema = querySchemaOf(route, query);
    return schema === undefined ? null : refusalOf(validatorOf(schema, 'querystring')(data));
  };
  const query = Type.Object({ metric: Type.Optional(Type.String()), step: Type.Optional(Type.String()) });

  it('is named, with what may have been meant', () => {
    expect(outcome('metricsQuery', query, { metrc: 'a' })).toEqual({
      code: 'input.invalid',
      error: 'no query parameter is named "metrc"',
      hint: 'did you mean metric?',
    });
    expect(outcome('metricsQuery', query, { 'x/~y': '' })).toMatchObject({
      error: 'no query parameter is named "x/~y"',
      hint: 'this route takes metric, step',
    });
    expect(outcome('backup', undefined, { _: '1' })).toMatchObject({ hint: 'this route takes none' });
    expect(outcome('metricsQuery', query, { ['__proto__x'.repeat(30)]: '' })?.error.length).toBeLessThan(140);
  });

  it('is ignored where clients of the older backend call', () => {
    expect(outcome('agentHistory', query, { _: '1', step: '1h' })).toBeNull();
    expect(outcome('health', undefined, { _: '1' })).toBeNull();
  });
});

describe('bodies', () => {
  it('must have the right types themselves', () => {
    const validate = validatorOf(ReportBody, 'body');
    expect(validate({ counters: { tasks_failed: 2 } })).toEqual({ value: { counters: { tasks_failed: 2 } } });
    expect(refusalOf(validate({ counters: { tasks_failed: '2' } }))?.error).toBe(
      'body.counters.tasks_failed: expected number, found "2"',
    );
    expect(refusalOf(validate([]))?.error).toMatch(/^body: expected object/);
    expect(refusalOf(validatorOf(NotificationBody, 'body')(undefined))?.error).toBe(
      'body.message: expected required property, found nothing',
    );
  });

  it('name a key that nobody knows', () => {
    expect(refusalOf(validatorOf(ReportBody, 'body')({ statsu: 'idle' }))?.error).toBe(
      'body.statsu: unexpected property, found "idle"',
    );
  });

  it('name the words that are accepted', () => {
    expect(refusalOf(validatorOf(NotificationBody, 'body')({ message: 'm', level: 'loud' }))).toEqual({
      error: 'body.level: expected one of its words, found "loud"',
      code: 'input.invalid',
      hint: 'accepted: info, success, warning, error, critical',
    });
  });

  it('are not echoed at length', () => {
    const message = refusalOf(validatorOf(ReportBody, 'body')({ status: 'x'.repeat(10_000) }))?.error ?? '';
    expect(message.length).toBeLessThan(300);
  });
});
