/** What a token opens, each with all before it: `read` looks, `operate` reports and adds, `admin` restores and deletes. */
export const SCOPES = ['read', 'operate', 'admin'] as const;
export type Scope = (typeof SCOPES)[number];

/** A token as `mc token list` shows it: never the token itself. */
export interface TokenRow {
  id: string;
  label: string | null;
  scope: Scope;
  /** ISO 8601 UTC. */
  created_at: string;
}
