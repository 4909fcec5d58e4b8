import { FSWatcher } from 'chokidar';

/** A few directories that are watched together. */
export interface Post {
  /** Settles when every change from now on is reported, or when closed. What could not be watched is reported by `onError`. */
  ready: Promise<void>;
  /** Nothing is reported from now on; resolves when the watches are given back. */
  close(): Promise<void>;
}

export interface PostListener {
  /** Something happened to `name` in `directory`; no name when the system gave none. */
  onRaw: (event: string, directory: string, name: string | null) => void;
  onError: (error: unknown) => void;
}

export type OpenPost = (directories: readonly string[], listener: PostListener) => Post;

/**
 * chokidar over directories. Each directory's own watch reports every file in it (the `raw` event), at once and across
 * renames; files get no watch of their own, so that 2,000 agents cost 2,000 watches and not 20,000.
 */
export const openPost: OpenPost = (directories, { onRaw, onError }) => {
  const ours = new Set(directories);
  const watcher = new DirectoryWatcher({
    ignored: (path) => !ours.has(path),
    depth: 0,
    ignoreInitial: true,
    persistent: true,
    atomic: false,
    followSymlinks: false,
    usePolling: false,
  });
  let closed = false;
  watcher.on('error', (error) => {
    if (!closed) onError(error);
  });
  watcher.on('raw', (event, name: unknown, details: unknown) => {
    const directory = watchedPath(details);
    if (directory === null || closed) return;
    try {
      onRaw(event, directory, typeof name === 'string' ? name : null);
    } catch (error) {
      // Nothing above handles this error: the process would end.
      onError(error);
    }
  });
  const opened = new Promise<void>((resolve) => {
    watcher.once('ready', resolve);
  });
  let giveUp: () => void = () => {};
  const ready = Promise.race([opened, new Promise<void>((resolve) => (giveUp = resolve))]);
  watcher.add([...directories]);
  return {
    ready,
    async close() {
      closed = true;
      giveUp();
      // chokidar forgets a watch that it is just opening: closed before it is ready, it would leave it open for ever.
      await opened;
      await watcher.close();
    },
  };
};

/** True for a path that chokidar can watch: on POSIX it takes a backslash in a name for a separator. */
export function isWatchable(path: string): boolean {
  return process.platform === 'win32' || !path.includes('\\');
}

/**
 * chokidar reads a directory again (with one lstat per entry) on each raw event in it. Ours compares directories itself, so these
 * reads are refused: a storm of 10,000 writes over 2,000 agents held the event loop for 400 ms with them, for 30 without.
 */
class DirectoryWatcher extends FSWatcher {
  override _throttle(...[action, path, ms]: Parameters<FSWatcher['_throttle']>): ReturnType<FSWatcher['_throttle']> {
    return action === 'readdir' ? false : super._throttle(action, path, ms);
  }
}

function watchedPath(details: unknown): string | null {
  if (typeof details !== 'object' || details === null || !('watchedPath' in details)) return null;
  return typeof details.watchedPath === 'string' ? details.watchedPath : null;
}
