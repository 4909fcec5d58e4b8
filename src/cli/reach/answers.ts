import { McError } from '../../base/index.js';
import { type RouteName, routeOf } from '../../protocol/index.js';

/** What a field of an answer has to be; a list of rows names the texts that each row has. */
type Form = 'text' | 'number' | 'object' | 'flag' | readonly string[];

const AGENT = ['id', 'normalized_status'];
const BACKUP = { id: 'text', timestamp: 'text', backup_type: 'text' } as const;

/** What commands rely on. Fields that are not named may be anything: a newer server has more of them. */
const FORMS: Partial<Record<RouteName, Record<string, Form>>> = {
  health: { status: 'text', services: 'object', version: 'text', workspace: 'text' },
  agents: { agents: AGENT, summary: 'object', 'summary.counts': 'object' },
  agent: { id: 'text', normalized_status: 'text' },
  agentReport: { agent: 'object' },
  tasks: { tasks: ['key', 'text', 'status'] },
  createTasks: { ids: [], file_path: 'text' },
  patchTask: { task: 'object', 'task.text': 'text' },
  notifications: { notifications: ['id', 'message'] },
  notify: { notification: 'object', 'notification.id': 'text' },
  systemStatus: { metrics: 'object' },
  systemEvents: { events: ['timestamp', 'event_type'] },
  metricsQuery: { series: ['metric'], since: 'text', until: 'text' },
  backups: { backups: ['id', 'timestamp', 'backup_type'] },
  createBackup: BACKUP,
  backup: BACKUP,
  backupProcedures: { full_system_restore: 'object' },
  verifyBackup: { id: 'text', ok: 'flag', errors: [], notes: [] },
  restoreBackup: { id: 'text', added: [], changed: [], removed: [], skipped: [], kept: [] },
  deleteBackup: { deleted: 'text' },
  websocketStatus: { epoch: 'text', seq: 'number', peers: [] },
};

/**
 * Holds an answer against what its route answers, as far as commands look into it: what is printed as done was done.
 * @throws McError `server.incompatible` naming the route and the field
 */
export function checkAnswer(url: string, route: RouteName, answer: unknown): void {
  for (const [path, form] of Object.entries(FORMS[route] ?? {})) {
    const value = path.split('.').reduce<unknown>((inner, name) => (isObject(inner) ? inner[name] : undefined), answer);
    if (!has(value, form)) throw incompatible(url, route, path);
  }
}

function has(value: unknown, form: Form): boolean {
  switch (form) {
    case 'text':
      return typeof value === 'string';
    case 'number':
      return typeof value === 'number';
    case 'flag':
      return typeof value === 'boolean';
    case 'object':
      return isObject(value);
    default:
      return (
        Array.isArray(value) &&
        value.every((row) => form.every((name) => isObject(row) && typeof row[name] === 'string'))
      );
  }
}

function incompatible(url: string, route: RouteName, field: string): McError {
  const { method, path } = routeOf(route);
  return new McError('server.incompatible', `${url} answers ${method} ${path} without a "${field}" that makes sense`, {
    hint: 'its version and this one do not fit together (mc doctor shows both), or it is not an mc server',
  });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
