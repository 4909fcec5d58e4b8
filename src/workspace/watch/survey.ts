import { basename } from 'node:path';
import { rootsOf, workspaceLayout } from '../../base/index.js';
import { isAgentId, TASK_FILES } from '../../protocol/index.js';
import { AGENT_NAMES } from '../read/agent-directory.js';
import { listNow } from '../text/directory.js';
import { meantName } from '../text/near-miss.js';
import { lookAt } from './ground.js';
import { type Place, agentPlaces, trunkPlaces } from './places.js';
import { createPause } from './pause.js';

/** What the watcher would find in a workspace. */
export interface Survey {
  /** Directories that it watches. */
  directories: number;
  /** Names that are nearly those of files and directories that mean something, relative to the workspace. */
  mistaken: { path: string; meant: string }[];
}

const NAMES: Record<Place['part'], readonly string[]> = {
  root: ['mission-control', ...TASK_FILES.filter((file) => !file.includes('/'))],
  'mission-control': [
    'agents',
    'current_office_state.json',
    'mc.config.json',
    ...TASK_FILES.filter((file) => file.includes('/')).map((file) => basename(file)),
  ],
  agents: [],
  agent: AGENT_NAMES,
  memory: [],
  tasks: [],
};

/** Looks at the directories of a workspace as the watcher does. Nothing in it makes this throw. */
export async function surveyPlaces(root: string): Promise<Survey> {
  const within = await rootsOf(workspaceLayout(root));
  const trunk = trunkPlaces(root);
  const survey: Survey = { directories: 0, mistaken: [] };
  const pause = createPause();
  for (const place of [trunk.root, trunk['mission-control'], trunk.agents]) look([place]);
  for (const { name } of listNow(trunk.agents.path)?.entries ?? []) {
    if (isAgentId(name)) look(agentPlaces(root, name));
    await pause();
  }
  return survey;

  function look(places: readonly Place[]): void {
    for (const place of lookAt(places, within)?.places ?? []) {
      survey.directories += 1;
      if (NAMES[place.part].length > 0) survey.mistaken.push(...mistakenIn(place));
    }
  }
}

/** The name that was meant by one in this directory, or null (`meantName`). */
export function meantIn(place: Place, name: string): string | null {
  return meantName(name, NAMES[place.part]);
}

/** What is nearly a name that means something in a directory. */
export function mistakenIn(place: Place): Survey['mistaken'] {
  return (listNow(place.path)?.entries ?? []).flatMap(({ name }) => {
    const meant = meantIn(place, name);
    return meant === null ? [] : [{ path: place.relative === '' ? name : `${place.relative}/${name}`, meant }];
  });
}
