import { readlinkSync, realpathSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { errnoOf, isWithin } from '../../base/index.js';
import { AGENT_FILES } from '../../workspace/index.js';

/** The directories of a workspace that may be links to another disk, the outer one first. */
export const LINKABLE: readonly string[] = ['mission-control', 'mission-control/agents'];

const OF_AGENT: readonly string[] = [...AGENT_FILES, 'memory', 'tasks'];

/**
 * Whether the workspace is read through what stands at a path: its top files and directories, those of `mission-control`,
 * an agent's directory, and in that what the server knows by name. A link there stands for what is behind it; one anywhere
 * else is an agent's own data.
 */
export function isReadThrough(path: string): boolean {
  const [own, ...below] = path.split('/');
  if (own !== 'mission-control') return below.length === 0;
  const [agents, , name, ...rest] = below;
  if (agents !== 'agents' || name === undefined) return below.length <= 2;
  return OF_AGENT.includes(name) && (rest.length === 0 || (rest.length === 1 && /\.(?:md|json)$/.test(rest[0] ?? '')));
}

/** The real path behind a link; null when nothing is there. */
export function behindLink(link: string): string | null {
  try {
    return realpathSync(link);
  } catch (error) {
    const code = errnoOf(error);
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP') return null;
    // Another user's directory is on the way: where it leads is all that can be known.
    return resolve(dirname(link), readlinkSync(link));
  }
}

/** A real path as the workspace calls it; null when it lies elsewhere. */
export function plainPath(real: string, root: string, roots: readonly string[]): string | null {
  for (const name of LINKABLE.toReversed()) {
    const place = behindLink(join(root, name));
    if (place !== null && roots.includes(place) && isWithin(real, [place])) return name + real.slice(place.length);
  }
  return isWithin(real, [root]) ? real.slice(root.length + 1) : null;
}
