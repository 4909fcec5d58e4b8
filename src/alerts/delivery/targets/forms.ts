import type { TargetKind } from '../target.js';
import { apprise } from './apprise.js';
import { discord } from './discord.js';
import type { Form } from './form.js';
import { ntfy } from './ntfy.js';
import { pagerduty } from './pagerduty.js';
import { slack } from './slack.js';
import { telegram } from './telegram.js';
import { webhook } from './webhook.js';

/** Every form that is one POST. */
export const FORMS: Record<Exclude<TargetKind, 'email'>, Form> = {
  webhook,
  slack,
  discord,
  ntfy,
  telegram,
  pagerduty,
  apprise,
};
