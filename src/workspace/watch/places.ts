import { join } from 'node:path';
import { isAsideName, workspaceLayout } from '../../base/index.js';
import { agentPath, isAgentId, LAYOUT, TASK_FILES, type TaskFile } from '../../protocol/index.js';
import { AGENT_NAMES } from '../read/agent-directory.js';
import { AGENT_FILES } from '../agents/files.js';
import { meantName } from '../text/near-miss.js';

/** A directory that is watched: where it is, and which part of a workspace it is. */
export interface Place {
  part: 'root' | 'mission-control' | 'agents' | 'agent' | 'memory' | 'tasks';
  /** Absolute. */
  path: string;
  /** Relative to the workspace, with `/`; empty for the workspace itself. */
  relative: string;
  /** Whose directory it is: set for the last three parts. */
  agent: string;
}

/** What a change in a watched directory is about. */
export type Noun = { kind: 'agent'; id: string } | { kind: 'office' } | { kind: 'tasks'; file: TaskFile } | FileNoun;

/** A file that has no event of its own. */
export interface FileNoun {
  kind: 'file';
  place: Place;
  name: string;
}

/** The three directories above the agents. */
export function trunkPlaces(root: string): Record<'root' | 'mission-control' | 'agents', Place> {
  const layout = workspaceLayout(root);
  return {
    root: { part: 'root', path: layout.root, relative: '', agent: '' },
    'mission-control': {
      part: 'mission-control',
      path: layout.missionControl,
      relative: LAYOUT.missionControl,
      agent: '',
    },
    agents: { part: 'agents', path: layout.agents, relative: LAYOUT.agents, agent: '' },
  };
}

/** An agent's directory and the two in it that are watched. */
export function agentPlaces(root: string, id: string): Place[] {
  const path = join(workspaceLayout(root).agents, id);
  const relative = agentPath(id);
  return [
    { part: 'agent', path, relative, agent: id },
    { part: 'memory', path: join(path, 'memory'), relative: `${relative}/memory`, agent: id },
    { part: 'tasks', path: join(path, 'tasks'), relative: `${relative}/tasks`, agent: id },
  ];
}

/** What a file of this name in this directory is about; null when it is nobody's business. */
export function nounOf(place: Place, name: string): Noun | null {
  if (isPassedOver(name)) return null;
  const path = place.relative === '' ? name : `${place.relative}/${name}`;
  const file: Noun = { kind: 'file', place, name };
  const agent: Noun = { kind: 'agent', id: place.agent };
  switch (place.part) {
    case 'root':
      return taskNoun(path);
    case 'mission-control':
      return name === 'current_office_state.json' ? { kind: 'office' } : (taskNoun(path) ?? file);
    case 'agents':
      return file;
    case 'agent':
      // A near miss of a name is a warning of the agent's.
      return isAgentFile(name) || meantName(name, AGENT_NAMES) !== null ? agent : file;
    case 'memory':
      return name.endsWith('.md') ? agent : file;
    case 'tasks':
      return name.endsWith('.json') ? agent : file;
  }
}

/** The branch (see `watch-tree.ts`) that a directory of this name would be, or null. */
export function branchOf(place: Place, name: string): string | null {
  if (place.part === 'root') return name === 'mission-control' ? name : null;
  if (place.part === 'mission-control') return name === 'agents' ? name : null;
  if (place.part === 'agents') return isAgentId(name) ? agentBranch(name) : null;
  return place.part === 'agent' && (name === 'memory' || name === 'tasks') ? agentBranch(place.agent) : null;
}

export function agentBranch(id: string): string {
  return `agent:${id}`;
}

/** One key per noun. */
export function nounKey(noun: Noun): string {
  if (noun.kind === 'agent') return agentBranch(noun.id);
  if (noun.kind === 'tasks') return `tasks:${noun.file}`;
  return noun.kind === 'file' ? `file:${noun.place.relative}/${noun.name}` : 'office';
}

/** Files aside of ours and of others, editors' swap files, and dot files, which nobody outside may hear of. */
function isPassedOver(name: string): boolean {
  return name.startsWith('.') || isAsideName(name) || /\.tmp(\W.*)?$|~$|^#.*#$|^4913$/s.test(name);
}

function isAgentFile(name: string): boolean {
  return (AGENT_FILES as readonly string[]).includes(name);
}

function taskNoun(path: string): Noun | null {
  const file = TASK_FILES.find((known) => known === path);
  return file === undefined ? null : { kind: 'tasks', file };
}
