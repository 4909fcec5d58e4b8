/** Whether a version is later than another: three numbers; what follows them does not count. */
export function isNewer(one: string, other: string): boolean {
  const numbers = (version: string) => /^v?(\d{1,9})\.(\d{1,9})\.(\d{1,9})/.exec(version)?.slice(1).map(Number);
  const [ours, theirs] = [numbers(one), numbers(other)];
  if (!ours || !theirs) return false;
  const at = ours.findIndex((number, index) => number !== theirs[index]);
  return at !== -1 && (ours[at] ?? 0) > (theirs[at] ?? 0);
}

/** What a server says of its package. */
export interface ServerVersions {
  version: string;
  /** Older servers do not say. */
  installed_version?: string | null;
}

/** The version that was installed where a server runs since it began, and that it does not run yet; null: there is none. */
export function waitingVersion({ version, installed_version: installed = null }: ServerVersions): string | null {
  return installed !== null && isNewer(installed, version) ? installed : null;
}
