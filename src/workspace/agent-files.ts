import type { AgentWarning } from '../protocol/index.js';
import type { ParsedJson } from './json.js';

/** A file that was read. */
export interface FoundFile {
  bytes: Uint8Array;
  /** Milliseconds since the epoch. */
  mtimeMs: number;
  size: number;
  /** What the bytes say as JSON, when somebody has parsed them already. */
  json?: ParsedJson;
}

/** A file that is there but was not read, and why (`is a directory`, `larger than 16 MB, not read`). */
export interface RefusedFile {
  refused: string;
  mtimeMs: number | null;
}

/** The files of an agent that stand directly in its directory. */
export const AGENT_FILES = ['state.json', 'agent.json', 'SOUL.md', 'IDENTITY.md', 'HEARTBEAT.md'] as const;
export type AgentFileName = (typeof AGENT_FILES)[number];

/** What lies in one agent's directory; a file that is missing is absent here. */
export interface AgentFiles {
  files: Partial<Record<AgentFileName, FoundFile | RefusedFile>>;
  /** memory/*.md */
  memory: { name: string; mtimeMs: number }[];
  /** tasks/*.json */
  tasks: { name: string; file: FoundFile | RefusedFile }[];
  /** What could not even be looked at. */
  warnings: AgentWarning[];
}

/** An agent's directory with nothing in it. */
export function noAgentFiles(): AgentFiles {
  return { files: {}, memory: [], tasks: [], warnings: [] };
}

/** Takes warnings about one file: a field path or text position, and the reason. */
export type Warn = (place: string | null, reason: string) => void;

/** A place to put the warnings of one file. */
export function warnInto(warnings: AgentWarning[], file: string): Warn {
  return (place, reason) => {
    warnings.push({ file, place, reason });
  };
}

/** True for a file that was read. */
export function isFound(file: FoundFile | RefusedFile | undefined): file is FoundFile {
  return file !== undefined && 'bytes' in file;
}
