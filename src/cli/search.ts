/** The query of a URL: lists as a parameter each, what is undefined or false left out. */
export function searchOf(asked: Record<string, string | number | boolean | readonly string[] | undefined>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(asked)) {
    if (value === undefined || value === false) continue;
    for (const one of [value].flat()) search.append(name, String(one));
  }
  return search.toString();
}
