import { createDemo, type DemoOptions } from './demo.js';
import { createDemoRoot, removeDemoRoot, removeLeftovers } from './root.js';

/** A demo on its throw-away workspace. */
export interface Stage {
  /** The workspace: written, and as still as a photograph until `play`. */
  root: string;
  play(): void;
  /** Stops playing and removes the workspace. */
  clear(): Promise<void>;
}

/** Sets up a demo in a new temporary directory, and removes what killed demos have left there. */
export async function setStage(options: Omit<DemoOptions, 'root'> & { parent?: string }): Promise<Stage> {
  await removeLeftovers(options.parent);
  const root = await createDemoRoot(options.parent);
  const demo = createDemo({ ...options, root });
  const clear = async () => {
    await demo.stop();
    await removeDemoRoot(root);
  };
  try {
    await demo.prepare();
  } catch (error) {
    await clear();
    throw error;
  }
  return { root, play: () => demo.start(), clear };
}
