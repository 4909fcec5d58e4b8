import { errnoOf } from '../../base/index.js';

/** What the system has run out of, in words; null for other errors. */
export function exhaustionOf(error: unknown): string | null {
  const code = errnoOf(error);
  if (code === 'ENOSPC') return 'the system is out of inotify watches (fs.inotify.max_user_watches)';
  if (code === 'EMFILE')
    return 'the process is out of file handles or inotify instances (ulimit -n, fs.inotify.max_user_instances)';
  return code === 'ENFILE' ? 'the system is out of file handles (fs.file-max)' : null;
}
