import type { TokenRow } from '../../protocol/index.js';
import { renderTable } from './table.js';
import type { Terminal } from './terminal.js';
import { shownTime } from './times.js';

/** Tokens as a table; none of them can be shown itself. */
export function tokensTable(tokens: readonly TokenRow[], terminal: Terminal): string {
  return renderTable(
    [
      { header: 'ID', cell: ({ id }) => id },
      { header: 'SCOPE', cell: ({ scope }) => scope },
      { header: 'CREATED', cell: ({ created_at }) => shownTime(created_at, terminal) },
      { header: 'LABEL', cell: ({ label }) => label ?? '', min: 10 },
    ],
    tokens,
    terminal,
  );
}
