import { RestError, type RestClient } from '../../client/index.js';
import type { Alert } from '../../protocol/index.js';

/** The alerts that fire and those that are about to, loudest first; null for a server of before, which has none. */
export async function askAlerts(rest: RestClient): Promise<Alert[] | null> {
  try {
    return (await rest.alerts()).alerts;
  } catch (error) {
    if (error instanceof RestError && error.status === 404) return null;
    throw error;
  }
}
