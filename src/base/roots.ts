import { realpath } from 'node:fs/promises';
import type { WorkspaceLayout } from './layout.js';

/**
 * The real directories that are the workspace. `mission-control` and `mission-control/agents` may be links that the
 * operator made (to a larger disk, say): where they lead when this is asked belongs to the workspace. Ask once, at the
 * start of a server or a command: a link that is put there later is an agent's, and leads out. A link anywhere else may
 * only lead into one of these roots. What is missing is left out.
 */
export async function rootsOf(layout: WorkspaceLayout): Promise<string[]> {
  const found = new Set<string>();
  for (const path of [layout.root, layout.missionControl, layout.agents]) {
    const real = await realpath(path).catch(() => null);
    if (real !== null) found.add(real);
  }
  return [...found];
}
