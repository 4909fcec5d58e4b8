import { widthOf } from '../../base/text.js';

export { pad, truncate, widthOf } from '../../base/text.js';

/** Parts on as few lines as fit into a width, two spaces apart; a part is never broken. */
export function flow(parts: readonly string[], width: number): string[] {
  const lines: string[] = [];
  for (const part of parts) {
    const last = lines.at(-1);
    if (last !== undefined && widthOf(last) + 2 + widthOf(part) <= width) lines[lines.length - 1] = `${last}  ${part}`;
    else lines.push(part);
  }
  return lines;
}
