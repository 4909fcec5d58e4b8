/** Every REST route: one table feeds Fastify, one file per noun answers. */
export { createApi } from './app.js';
export { createAnswerCache } from './cache.js';
export type { ApiContext } from './context.js';
export { ReportBody } from './agent-schemas.js';
export { NotificationBody } from './schemas.js';
export { type Validator, validatorOf } from './validate.js';
