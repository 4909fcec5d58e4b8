const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'];

/** A size in bytes for people, in steps of 1000: `38.2 MB`. */
export function sizeText(bytes: number): string {
  const step = Math.min(UNITS.length - 1, bytes < 1 ? 0 : Math.floor(Math.log10(bytes) / 3));
  return `${step === 0 ? bytes : (bytes / 1000 ** step).toFixed(1)} ${UNITS[step]}`;
}

/** The same in steps of 1024, `0.4 KB`: the form of `size_human` and its kind, which clients of the old system read. */
export function oldSizeText(bytes: number): string {
  let size = bytes / 1024;
  for (const unit of ['KB', 'MB', 'GB']) {
    if (size < 1024) return `${size.toFixed(1)} ${unit}`;
    size /= 1024;
  }
  return `${size.toFixed(1)} TB`;
}
