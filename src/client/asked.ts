/** A part of a list; without it, all of it. */
export interface Page {
  limit?: number;
  cursor?: string;
}

/** A part of a file, in bytes; without it, the file from its beginning. */
export interface FilePart {
  offset?: number;
  length?: number;
}

/** How far back, in hours (default 24), and in which steps (`raw`, `1m`, `5m`, `1h`, `1d`, `auto`). */
export interface HistoryAsked extends Page {
  hours?: number;
  step?: string;
}

/** Which alerts; those that fire and those that are about to where nothing is said. */
export interface AlertsAsked {
  state?: 'firing' | 'pending' | undefined;
  rule?: string | undefined;
  agent?: string | undefined;
}

/** Which alerts that are over. `since`: a duration ago, an ISO time or epoch milliseconds. */
export interface AlertHistoryAsked {
  rule?: string | undefined;
  agent?: string | undefined;
  since?: string | undefined;
  limit?: number | undefined;
  cursor?: string | undefined;
}

/** Which messages to targets. `failed`: only what was given up or refused. */
export interface DeliveriesAsked {
  failed?: boolean | undefined;
  target?: string | undefined;
  limit?: number | undefined;
  cursor?: string | undefined;
}

/** Which events of the log. `since` and `until`: a duration ago, an ISO time or epoch milliseconds. */
export interface EventsAsked {
  type?: string | undefined;
  agent?: string | undefined;
  since?: string | undefined;
  until?: string | undefined;
  limit?: number | undefined;
  cursor?: string | undefined;
}

/** Which lines of the activity log. */
export interface ActivityAsked {
  limit?: number;
  offset?: number;
  session_id?: string;
}

/** The same as `mc metrics query` takes. */
export interface MetricsAsked {
  metric?: readonly string[] | undefined;
  agent?: readonly string[] | undefined;
  system?: boolean | undefined;
  since?: string | undefined;
  until?: string | undefined;
  step?: string | undefined;
  agg?: string | undefined;
  group_by?: 'agent' | 'none' | undefined;
  explain?: boolean | undefined;
}

/** A backup to be made; full when nothing is said. */
export interface BackupAsked {
  type?: 'full' | 'snapshot' | 'agent_state';
  agent?: string;
  label?: string;
}

/** What of a backup is restored, and how. */
export interface RestoreAsked {
  agent?: string | null;
  paths?: string[];
  dry_run?: boolean;
  overwrite?: 'always' | 'if-changed' | 'never';
  delete?: boolean;
  with_database?: boolean;
}

/** Which sessions of runtimes. `since`: a duration ago, an ISO time or epoch milliseconds. */
export interface SessionsAsked extends Page {
  runtime?: string | undefined;
  agent?: string | undefined;
  status?: string | undefined;
  /** Those that no person began, too. */
  hidden?: boolean | undefined;
  since?: string | undefined;
}

/** What of the use of models. `since` and `until`: a duration ago, an ISO time or epoch milliseconds. */
export interface UsageAsked {
  since?: string | undefined;
  until?: string | undefined;
  /** A duration. */
  step?: string | undefined;
  /** Some of runtime, agent, project, session, model, day, with commas. */
  by?: string | undefined;
  /** Whose days. */
  tz?: string | undefined;
  runtime?: string | undefined;
  agent?: string | undefined;
  session?: string | undefined;
  model?: string | undefined;
}
