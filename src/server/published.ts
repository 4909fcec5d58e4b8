import { Type } from '@sinclair/typebox';
import { McError } from '../base/index.js';
import { JSON_DEPTH, type Position } from '../protocol/index.js';
import { NotificationBody, ReportBody, type Validator, validatorOf } from './api/index.js';
import { isTooDeep } from './depth.js';
import type { Writes } from './writes.js';
import type { PublishFrame } from './ws/index.js';

const Agent = Type.String({ minLength: 1, maxLength: 255 });
const CHECKS = {
  agent_status: Type.Object({ agent: Agent }),
  agent_activity: Type.Object({
    agent: Agent,
    activity: Type.Object({ action: Type.String({ minLength: 1, maxLength: 2000 }) }),
  }),
};

/** What a client publishes over its socket, held against the same schemas as in REST and written in the same way. */
export function createPublisher(writes: Writes): (frame: PublishFrame) => Promise<Position> {
  const checkReport = validatorOf(ReportBody, 'body');
  const checkNotification = validatorOf(NotificationBody, 'body');
  const checkAgent = validatorOf(CHECKS.agent_status, 'body');
  const checkActivity = validatorOf(CHECKS.agent_activity, 'body');

  return async ({ event, data }) => {
    if (isTooDeep(data)) throw new McError('input.invalid', `data are nested deeper than ${JSON_DEPTH.sent} levels`);
    switch (event) {
      case 'notification':
        return writes.notify(checked(checkNotification, data)).position;
      case 'agent_activity':
        return writes.activity(checked(checkActivity, data));
      case 'agent_status': {
        const { agent, ...report } = checked(checkAgent, data);
        return (await writes.report(agent, checked(checkReport, report))).position;
      }
    }
  };
}

function checked<T>(check: Validator<T>, data: unknown): T {
  const outcome = check(data);
  if ('error' in outcome) throw outcome.error;
  return outcome.value;
}
