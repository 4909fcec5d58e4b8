import type { Agent, AgentStatus, AgentTask, AgentWarning, Evidence, StatusCounts } from './agents.js';
import type { KeptNotification } from './notifications.js';
import type { Office } from './office.js';
import type { Live, RuntimeName, SessionCounts } from './runtimes.js';
import type { Task } from './tasks.js';

/** What a service says of itself: `available`, or what is wrong with it. */
export type ServiceState = string;

/** Answer of `/api/health`. */
export interface HealthAnswer {
  status: 'healthy' | 'degraded' | 'unhealthy';
  timestamp: string;
  services: {
    api: 'running';
    websocket: ServiceState;
    pipeline: ServiceState;
    backup: ServiceState;
    watcher: ServiceState;
    alerts: ServiceState;
  };
  /**
   * Which services are at work; false: switched off on purpose, or not a part of this server, which `services` also calls
   * `available`. Absent in older servers.
   */
  active?: Record<'websocket' | 'pipeline' | 'backup' | 'watcher' | 'alerts', boolean>;
  version: string;
  /** The version that is installed where the server runs: another one after an update. Null: not known. Absent in older servers. */
  installed_version?: string | null;
  /** Seconds since the server became ready. */
  uptime: number;
  workspace: string;
  /** How changes of files are seen, and why it is by looking every second (null: the system reports them). Absent in older servers. */
  watch?: { mode: 'native' | 'polling'; reason: string | null };
  /** How each service does and why it failed last. Absent in older servers. */
  supervision?: Record<ServiceName | 'api', ServiceDetail>;
  /** What tells of agents, by name: `workspace`, and what there is beside it. Absent in older servers. */
  sources?: Record<string, SourceDetail>;
}

/** Why a service or a source failed last, when that is over too. `at`: ISO 8601 UTC. */
export interface LastError {
  at: string;
  message: string;
}

/** The services that health names, besides the API that answers. */
export const SERVICE_NAMES = ['websocket', 'pipeline', 'backup', 'watcher', 'alerts'] as const;
export type ServiceName = (typeof SERVICE_NAMES)[number];

/** How one service does. `off`: switched off on purpose, or not a part of this server. */
export interface ServiceDetail {
  state: 'running' | 'degraded' | 'down' | 'off';
  /** How often it was started again after a failure, since the server began. */
  restarts: number;
  /** null: it has not failed. */
  last_error: LastError | null;
}

/** How one source of agents does. */
export interface SourceDetail {
  /** `available`, or what is wrong. */
  state: ServiceState;
  /** null: it has not failed. */
  last_error: LastError | null;
}

/** Answer of `/healthz`. */
export interface AliveAnswer {
  alive: true;
}

/** Answer of `/readyz`. */
export interface ReadyAnswer {
  ready: boolean;
  failing: { service: string; reason: string }[];
}

/** What every server of ours calls itself. */
export const SERVER_NAME = 'mission-control' as const;

/** Answer of `/api/identity`. */
export interface IdentityAnswer {
  name: typeof SERVER_NAME;
  version: string;
  /** Of the wire. */
  protocol: number;
  /** Names this life of the server; the same as in `hello`. */
  epoch: string;
  /** Null for who asks without the token that this server wants. */
  workspace: string | null;
  /** Where the WebSocket is, as the server sees itself: a tunnel or a proxy may have it elsewhere. */
  stream: string;
  /** HMAC-SHA256 (hex) with the key of the server's record over the nonce; null without a nonce. */
  proof: string | null;
}

/** A row of `/api/agents`. What is not known is null. */
export interface AgentRow {
  id: string;
  name: string;
  status: string;
  current_tasks: unknown[];
  tasks_completed: number | null;
  tasks_failed: number | null;
  metrics: Record<string, number | string | null>;
  normalized_status: AgentStatus;
  since: string | null;
  evidence: Evidence | null;
  /** What it waits for a person to do, where its files say so. Absent in older servers. */
  waiting_for: string | null;
  role: string | null;
  display_name: string | null;
  emoji: string | null;
  last_active: string | null;
  /** Seconds that it says lie between two signs of life. */
  heartbeat_interval: number | null;
  zone: string | null;
  warnings: AgentWarning[];
  tasks: AgentTask[];
  tasksCompleted: number | null;
  tokensUsed: number | null;
  efficiency: number | null;
  currentTask: string | null;
  cost: number | null;
  /** Whose records tell of it; null of an agent of the workspace. Absent in older servers, as the next two. */
  runtime: RuntimeName | null;
  /** What its loudest session does, and why that is believed. */
  live: Live | null;
  sessions: SessionCounts | null;
}

export interface AgentsSummary {
  totalAgents: number;
  activeAgents: number;
  busyAgents: number;
  /** Idle, and those that wait for a person, which older clients know no word for. */
  idleAgents: number;
  /** Those that wait for a person. Absent in older servers. */
  waitingAgents: number;
  totalTokens: number | null;
  totalTasks: number | null;
  totalCost: number | null;
  avgEfficiency: number | null;
  /** Ours: every normalised status. */
  counts: StatusCounts;
}

export interface AgentsAnswer {
  agents: AgentRow[];
  summary: AgentsSummary;
  next_cursor?: string | null;
}

/** A row of `/api/agents/status`. `status` is the normalised one. */
export type AgentStatusRow = Pick<
  AgentRow,
  'id' | 'name' | 'role' | 'tasksCompleted' | 'tokensUsed' | 'efficiency' | 'emoji' | 'currentTask' | 'cost'
> & { status: AgentStatus };

export interface AgentsStatusAnswer {
  agents: AgentStatusRow[];
  summary: AgentsSummary;
  timestamp: string;
  next_cursor?: string | null;
}

export type AgentAnswer = AgentRow & Pick<Agent, 'state' | 'counters'>;

export interface SystemStatusAnswer {
  /** The office file as it is. */
  office_state: unknown;
  office: Office | null;
  metrics: {
    agents: Record<string, Record<string, unknown>>;
    system: Record<string, unknown> | null;
    timestamp: string | null;
  };
  timestamp: string;
}

export interface TasksAnswer {
  tasks: Task[];
  next_cursor?: string | null;
}

export interface ActiveTasksAnswer {
  active_tasks: { agent: string; task: unknown }[];
  next_cursor?: string | null;
}

export interface CreateTasksAnswer {
  success: true;
  tasks_created: number;
  file_path: string;
  timestamp: string;
  ids: string[];
}

export interface PatchTaskAnswer {
  success: true;
  task: Task;
}

export interface ReportAnswer {
  success: true;
  agent: AgentRow;
}

export interface NotificationsAnswer {
  notifications: KeptNotification[];
  next_cursor?: string | null;
}

export interface NotifyAnswer {
  success: true;
  notification: KeptNotification;
  epoch: string;
  seq: number;
}

export interface AckAnswer {
  success: true;
  notification: KeptNotification;
}

/** One connected client, as operators see it. */
export interface PeerRow {
  id: number;
  kind: 'old' | 'mc';
  address: string | null;
  user_agent: string | null;
  /** ISO 8601 UTC. */
  connected_at: string;
  channels: string[] | null;
  /** Those it narrows to, null for all; of many only the first 20. */
  agents: string[] | null;
  /** How many agents it narrows to; null for all. */
  agents_total: number | null;
  /** Events between the stream's position and the client's. */
  lag: number;
  outbox_events: number;
  outbox_bytes: number;
}

export interface WebSocketStatusAnswer {
  status: 'running';
  /** Where the stream is, `ws://…` without a trailing slash. */
  url?: string;
  connected_clients: number;
  epoch: string;
  seq: number;
  journal: { events: number; bytes: number; oldest_seq: number };
  peers: PeerRow[];
}
