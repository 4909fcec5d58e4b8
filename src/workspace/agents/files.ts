import type { AgentWarning } from '../../protocol/index.js';
import { clip } from '../../protocol/index.js';
import type { FoundFile, RefusedFile } from '../text/read-bytes.js';

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

/** More are not even counted: a file of 16 MB may hold a million fields, each with a fault of its own. */
export const WARNINGS_COUNTED = 1000;

/** A place to put the warnings of one file. */
export function warnInto(warnings: AgentWarning[], file: string): Warn {
  return (place, reason) => {
    if (warnings.length < WARNINGS_COUNTED) warnings.push({ file, place: place && clip(place), reason });
  };
}

/** The first `kept` of many warnings, and in place of the others how many they are. */
export function fewWarnings(warnings: readonly AgentWarning[], kept: number): AgentWarning[] {
  const more = warnings.length - kept + 1;
  if (more <= 1) return [...warnings];
  const many = warnings.length < WARNINGS_COUNTED ? `${more}` : `more than ${more}`;
  return [...warnings.slice(0, kept - 1), { file: '.', place: null, reason: `${many} further warnings are not shown` }];
}
