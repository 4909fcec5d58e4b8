import type { ApiContext } from './context.js';
import { type Endpoints, endpoint } from './endpoint.js';
import { CronSchema, RuntimesSchema } from './runtime-schemas.js';

/** Which runtimes are read, and what they run by a schedule. */
export function runtimeEndpoints({ runtimes }: ApiContext): Endpoints<'runtimes' | 'cron'> {
  return {
    runtimes: endpoint({ answer: RuntimesSchema }, () => runtimes.ask('runtimes', undefined)),
    cron: endpoint({ answer: CronSchema }, () => runtimes.ask('cron', undefined)),
  };
}
