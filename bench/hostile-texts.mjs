// Texts that cost much to read, by the reader they are for: each a function of its size in bytes. `ordinary` is what the
// others are compared with, but for those of `DENSE`.
const fill = (unit, size) => unit.repeat(Math.ceil(size / Buffer.byteLength(unit))).slice(0, size);

const TITLE = (body) => `TASK-1: ${body}\n- Status: PENDING\n`;

export const MARKDOWN = {
  ordinary: (size) =>
    fill('- [ ] an ordinary task for @builder P1\n\nSome words between them, as people write them.\n', size),
  ordinary_boxes: (size) => fill('- [ ] buy milk\n- [x] call @bob\n', size),
  ordinary_rows: (size) => `| Task | Status |\n|--|--|\n${fill('| buy milk | open |\n| call Bob | done |\n', size)}`,
  ordinary_lines: (size) => fill('a\n\n', size),
  title_of_blanks: (size) => TITLE(`${' '.repeat(size)}x\u2028y`),
  title_of_blanks_and_returns: (size) => TITLE(`${' '.repeat(size)}x\ry`),
  loose_title_of_blanks: (size) => `a: ${' '.repeat(size)}x\ry\n- Status: PENDING\n`,
  field_of_blanks: (size) => `TASK-1: a\n- Status: ${' '.repeat(size)}x\u2028y\n`,
  many_lines_of_blanks: (size) => fill(TITLE(`${' '.repeat(4096)}x\u2028y`), size),
  indented_titles: (size) => `${fill('  TASK-1: a\n', size)}- Status: done\n`,
  list_below_a_title: (size) => `TASK-1: a\n${fill('  more\n', size)}`,
  fences: (size) => fill('```\n', size),
  long_fences: (size) => fill(`${'`'.repeat(4000)}\n`, size),
  comments: (size) => fill('<!--\n', size),
  quotes: (size) => fill('> ', size),
  lines_of_quotes: (size) => fill(`${'> '.repeat(4000)}\n`, size),
  boxes: (size) => fill('- [ ] a\n', size),
  one_box: (size) => `- [ ] ${'x'.repeat(size)}`,
  box_of_stops: (size) => fill(`- [ ] a @b${'.'.repeat(4000)}c\n`, size),
  box_of_ids: (size) => fill(`- [ ] TASK${'-A1'.repeat(1300)}\n`, size),
  rows: (size) => `| Task | Status |\n|--|--|\n${fill('| a | b |\n', size)}`,
  bars: (size) => `| Task | Status |\n|--|--|\n${fill('|', size)}`,
  lines_of_bars: (size) => `| Task | Status |\n|--|--|\n${fill(`${'|'.repeat(9000)}\n`, size)}`,
  rules: (size) => fill(`|${' - |'.repeat(2000)}\n`, size),
  line_ends: (size) => '\n'.repeat(size),
  tabs: (size) => '\t'.repeat(size),
};

export const JSON_TASKS = {
  ordinary: (size) =>
    `{"tasks":[${fill('{"id":"T-1","description":"an ordinary task for @builder","status":"pending","priority":"P1"},\n', size).replace(/\}[^}]*$/, '}')}]}`,
  ordinary_numbers: (size) => `{"tasks":[],"n":[${'0.5,'.repeat(size / 4)}1]}`,
  numbers: (size) => `{"tasks":[${'0,'.repeat(size / 2)}0]}`,
  long_number: (size) => `{"tasks":[],"n":0${'1'.repeat(size)}}`,
  zeros: (size) => `{"tasks":[],"n":[${'00,'.repeat(size / 3)}1]}`,
  not_a_number: (size) => `{"tasks":[],"n":[${'NaN,'.repeat(size / 4)}1]}`,
  one_description: (size) => `{"tasks":[{"description":"${'@a'.repeat(size / 2)}"}]}`,
  stops: (size) => `{"tasks":["@b${'.'.repeat(size)}c"]}`,
  members: (size) => `{${'"a":0,'.repeat(size / 6)}"tasks":["a"]}`,
  subtasks: (size) => `{"tasks":[{"id":"a","subtasks":[${'"s",'.repeat(size / 4)}"s"]}]}`,
  deep: (size) => '['.repeat(size),
  cut_short: (size) => `{"tasks":["${'x'.repeat(size)}`,
  broken_at_the_end: (size) => `{"tasks":[${'"a",'.repeat(size / 4)}oops]}`,
};

const positions = (size, unit, each) => {
  const count = Math.ceil(size / unit);
  return `{"positions":{${Array.from({ length: count }, (_, at) => each(at)).join(',')}}}`;
};

export const OFFICE = {
  ordinary: (size) => positions(size, 24, (at) => `"a${at}":"zone-${at % 9}"`),
  ordinary_fields: (size) =>
    `{${Array.from({ length: Math.ceil(size / 16) }, (_, at) => `"f${at}":"word"`).join(',')}}`,
  one_seat: (size) => positions(size, 34, (at) => (at % 2 ? `"a${at}":{"x":50,"y":50}` : `"a${at}":"conference"`)),
  crowd: (size) =>
    positions(size, 34, (at) =>
      at % 2 ? `"a${at}":{"x":${(at * 7) % 101},"y":${(at * 13) % 101}}` : `"a${at}":"z${at}"`,
    ),
  zones: (size) => positions(size, 20, (at) => `"a${at}":"z${at}"`),
  one_zone: (size) => `{"positions":{"a":"${'x y '.repeat(size / 4)}"}}`,
  one_field: (size) => `{"description":"${'x'.repeat(size)}","positions":{}}`,
  fields: (size) => `{${Array.from({ length: Math.ceil(size / 14) }, (_, at) => `"f${at}":0`).join(',')}}`,
};

export const STATE = {
  ordinary: (size) => `{"status":"busy","current_tasks":["a"],"log":[${'"a line of it",'.repeat(size / 15)}""]}`,
  ordinary_tasks: (size) => `{"current_tasks":[${'"buy milk",'.repeat(size / 11)}"a"]}`,
  ordinary_numbers: (size) => `{"status":"busy","n":[${'0.5,'.repeat(size / 4)}1]}`,
  status: (size) => `{"status":"${'busy '.repeat(size / 5)}"}`,
  task: (size) => `{"current_task":"${'do '.repeat(size / 3)}"}`,
  tasks: (size) => `{"current_tasks":[${'"a",'.repeat(size / 4)}"a"]}`,
  number: (size) => `{"tasks_completed":"1${' '.repeat(size)}x"}`,
  time: (size) => `{"last_active":"2026-01-01T00:00${' '.repeat(size)}x"}`,
  not_a_number: (size) => `{"status":"busy","n":[${'NaN,'.repeat(size / 4)}1]}`,
  deep: (size) => '{"a":'.repeat(size / 5),
};

export const CARD = {
  ordinary: (size) => `{"displayName":"A","role":"R","notes":[${'"a line of it",'.repeat(size / 15)}""]}`,
  ordinary_fields: (size) =>
    `{${Array.from({ length: Math.ceil(size / 16) }, (_, at) => `"f${at}":"word"`).join(',')}}`,
  holes: (size) => `{${Array.from({ length: Math.ceil(size / 16) }, (_, at) => `"f${at}":"{{A}}"`).join(',')}}`,
  name_of_marks: (size) => `{"displayName":"${'_'.repeat(size)}x"}`,
};

/**
 * A kB that is nothing but tasks, fields or numbers costs more than one of prose or of long texts, whoever wrote it: what makes
 * these hostile is measured against ordinary texts that are as dense.
 */
export const DENSE = {
  'markdown.boxes': 'ordinary_boxes',
  'markdown.rows': 'ordinary_rows',
  'markdown.line_ends': 'ordinary_lines',
  'json_tasks.zeros': 'ordinary_numbers',
  'json_tasks.not_a_number': 'ordinary_numbers',
  'office.fields': 'ordinary_fields',
  'state.tasks': 'ordinary_tasks',
  'state.not_a_number': 'ordinary_numbers',
  'card.holes': 'ordinary_fields',
};
