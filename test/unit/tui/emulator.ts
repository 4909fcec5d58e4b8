/** A small terminal: what is left on it after the sequences that the painter writes. Signs such as ☀ are narrow on it. */
export function createScreen(columns: number, rows: number) {
  const cells = Array.from({ length: rows }, () => Array.from({ length: columns }, () => ' '));
  let [x, y] = [0, 0];
  const put = (segment: string) => {
    const row = cells[y];
    if (!row || x >= columns) return;
    row[x] = segment;
    if (isWide(segment) && x + 1 < columns) row[x + 1] = '';
    x += isWide(segment) ? 2 : 1;
  };
  return {
    write(text: string) {
      // oxlint-disable-next-line no-control-regex -- a terminal reads escape sequences
      for (const [, sequence, plain] of text.matchAll(/\u001b\[([?\d;]*[A-Za-z])|([^\u001b]+)/g)) {
        if (plain !== undefined) for (const { segment } of new Intl.Segmenter().segment(plain)) put(segment);
        else if (sequence?.endsWith('H'))
          [y, x] = (sequence.slice(0, -1) || '1;1').split(';').map((part) => Number(part) - 1) as [number, number];
        else if (sequence?.endsWith('X'))
          for (let at = x; at < x + Number(sequence.slice(0, -1)) && at < columns; at++) cells[y]?.splice(at, 1, ' ');
        else if (sequence === '2J') for (const row of cells) row.fill(' ');
      }
    },
    text: () => cells.map((row) => row.join('')),
  };
}

function isWide(segment: string): boolean {
  return /\p{Emoji_Presentation}|\p{Script=Han}/u.test(segment);
}
