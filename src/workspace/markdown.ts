/** Which lines stand inside a code fence (its marks included), and the mark of a fence that is still open at the end. */
export interface Fences {
  fenced: boolean[];
  open: string | null;
}

/** Finds the code fences of a Markdown text. */
export function readFences(lines: readonly string[]): Fences {
  let open: string | null = null;
  const fenced = lines.map((line) => {
    const mark = /^\s*(`{3,}|~{3,})/.exec(line)?.[1];
    if (open === null) {
      open = mark ?? null;
      return mark !== undefined;
    }
    if (mark?.startsWith(open) && line.trim() === mark) open = null;
    return true;
  });
  return { fenced, open };
}

/** The first `# ` header, or null when there is none or it is an unfilled placeholder. */
export function firstHeader(lines: readonly string[], fenced: readonly boolean[]): string | null {
  const at = lines.findIndex((line, index) => fenced[index] !== true && /^#\s+\S/.test(line));
  return at === -1 ? null : filled((lines[at] ?? '').replace(/^#\s+/, ''));
}

/**
 * The value of `- **Name:** value`; it may stand on the next line in `_italics_`. Null when the field is missing or holds
 * only a hint to whoever should fill it (`(…)`, `_(…)_`, `{{…}}`).
 */
export function markdownField(lines: readonly string[], field: string): string | null {
  const head = new RegExp(`^\\s*[-*+]\\s+\\*\\*${field}(?:\\*\\*\\s*:|:\\s*\\*\\*)(.*)$`, 'i');
  for (const [index, line] of lines.entries()) {
    const rest = head.exec(line)?.[1];
    if (rest === undefined) continue;
    return filled(rest) ?? (rest.trim() === '' ? filled(italics(lines[index + 1] ?? '')) : null);
  }
  return null;
}

/** A text without its Markdown wrapping, or null when it is empty or only a placeholder. */
export function filled(text: string): string | null {
  const value = unwrap(text.trim());
  return value === '' || value.startsWith('(') || hasPlaceholder(value) ? null : value;
}

/** True for texts of a template that nobody has filled in: `{{AGENT_NAME}}`. */
export function hasPlaceholder(text: string): boolean {
  const start = text.indexOf('{{');
  return start !== -1 && text.includes('}}', start);
}

function italics(line: string): string {
  const text = line.trim();
  return /^(_.*_|\*[^*].*\*)$/.test(text) ? text : '';
}

function unwrap(text: string): string {
  const inner = /^(\*\*|__|_|\*|`)(.+)\1$/.exec(text)?.[2];
  return inner === undefined ? text : inner.trim();
}
