import * as fc from '../../support/property.js';

/** Lines that look like tasks or nearly so. */
export const anyTaskLine = fc.oneof(
  fc.constantFrom(
    '',
    '---',
    '```',
    '## P1 - soon',
    '- [ ] one',
    '- [x] **P2** TASK-7: two @bob.',
    '* [~] three 🔴 FAILED',
    '1. [X] four [ ] P0',
    '| ID | Task | Status | Assigned To | Priority |',
    '| Task | Status |',
    '|----|----|----|----|----|',
    '|--|--|',
    '| 1 | five | 🟡 PENDING | bob | P1 |',
    '| 2 | six \\| x | done |  |  |',
    '| seven | ✅ COMPLETED |',
    '### **TASK-9: eight**',
    'TASK-AUTO-010: nine',
    '- **Status:** ⏳ NOT STARTED',
    '- Status: 🔵 IN PROGRESS',
    '- Assigned: Unassigned',
    '- **Priority:** P2',
    'plain text',
  ),
  fc.string({ maxLength: 20 }),
);
