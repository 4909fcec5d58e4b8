// Renders the screens of `mc status` to SVG: node docs/screens/render.mjs. Needs tmux and a build; starts a demo server.
import { execFileSync, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const mc = join(here, '..', '..', 'bin', 'run.js');
const [COLUMNS, ROWS] = [100, 30];
/** Keys that lead to each screen, from wherever the one before left off. */
const SHOTS = {
  overview: ['1'],
  agents: ['2', 'Down'],
  agent: ['2', 'Enter'],
  office: ['Escape', '3', 'Down'],
  tasks: ['4'],
  metrics: ['5', 'm', 'Left', 'Left'],
  events: ['6'],
  backups: ['7'],
  notifications: ['8'],
  help: ['2', '?'],
};

const tmux = (...args) => execFileSync('tmux', ['-L', 'mc-screens', '-f', '/dev/null', ...args], { encoding: 'utf8' });
const server = spawn(
  process.execPath,
  [mc, 'serve', '--demo', '--json', '--port', '0', '--ws-port', '0', '--collect-interval', '5s'],
  { stdio: ['ignore', 'pipe', 'inherit'] },
);
try {
  const { http } = await ready(server);
  const post = (path, body) =>
    fetch(http + path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
  await post('/api/notifications', { title: 'disk', message: '91% of /var is used', level: 'warning' });
  await post('/api/notifications', { title: 'deploy', message: 'release 4.2 is out', level: 'success' });
  await post('/api/backups', { type: 'full' });
  await post('/api/backups', { type: 'agent_state', agent: 'iris' });
  // History makes the charts worth a look.
  await delay(Number(process.env.MC_SCREENS_WAIT_MS) || 60_000);
  const command = `LANG=C.UTF-8 TERM=screen-256color COLORTERM=truecolor '${process.execPath}' '${mc}' status --server ${http} --theme dark`;
  tmux('new-session', '-d', '-x', String(COLUMNS), '-y', String(ROWS), command);
  await delay(3000);
  for (const [name, keys] of Object.entries(SHOTS)) {
    tmux('send-keys', ...keys);
    await delay(1500);
    writeFileSync(join(here, `${name}.svg`), toSvg(tmux('capture-pane', '-p', '-e'), COLUMNS, ROWS));
  }
  tmux('kill-server');
} finally {
  server.kill('SIGTERM');
}

async function ready(child) {
  for await (const line of createInterface({ input: child.stdout })) return JSON.parse(line);
  throw new Error('the server ended before it was ready');
}

/** Text with escape sequences of colours as a picture: each run of one look at its place on a grid. */
function toSvg(text, columns, rows) {
  const [width, height, margin] = [8.4, 18, 12];
  const lines = text.split('\n').slice(0, rows);
  const runs = lines.flatMap((line, y) => runsOf(line).map((run) => ({ ...run, y })));
  const x = (column) => (margin + column * width).toFixed(1);
  const drawn = runs.flatMap(({ column, count, content, look, y }) => {
    const top = margin + y * height;
    const back = look.back
      ? [
          `<rect x="${x(column)}" y="${top}" width="${(count * width).toFixed(1)}" height="${height}" fill="${look.back}"/>`,
        ]
      : [];
    if (content.trim() === '') return back;
    const weight = look.bold ? ' font-weight="bold"' : '';
    const style = `fill="${look.fore ?? '#d8dee9'}"${weight}${look.dim ? ' opacity="0.6"' : ''}`;
    return [
      ...back,
      `<text xml:space="preserve" x="${x(column)}" y="${top + 13}" textLength="${(count * width).toFixed(1)}" ${style}>${escape(content)}</text>`,
    ];
  });
  const [w, h] = [(columns * width + margin * 2).toFixed(0), rows * height + margin * 2];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${w} ${h}" width="${w}" height="${h}">`,
    `<rect width="${w}" height="${h}" rx="8" fill="#16181d"/>`,
    `<g font-family="ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="14" style="white-space: pre">`,
    ...drawn,
    '</g>',
    '</svg>',
    '',
  ].join('\n');
}

/** Pieces of a line that look the same, with the column where they begin. Signs of two columns stand alone. */
function runsOf(line) {
  const runs = [];
  let look = {};
  let column = 0;
  // oxlint-disable-next-line no-control-regex -- colours are escape sequences
  for (const [, codes, plain] of line.matchAll(/\u001b\[([\d;]*)m|([^\u001b]+)/g)) {
    if (plain === undefined) {
      look = lookAfter(look, codes);
      continue;
    }
    for (const { segment } of new Intl.Segmenter().segment(plain)) {
      const count = /\p{Emoji_Presentation}|\p{Script=Han}|\ufe0f/u.test(segment) ? 2 : 1;
      const last = runs.at(-1);
      if (last && last.look === look && count === 1 && !last.wide) {
        last.content += segment;
        last.count += 1;
      } else runs.push({ column, count, content: segment, look, wide: count === 2 });
      column += count;
    }
  }
  return runs;
}

function lookAfter(look, codes) {
  const parts = codes === '' ? [0] : codes.split(';').map(Number);
  let next = { ...look };
  for (let index = 0; index < parts.length; index++) {
    const code = parts[index];
    if (code === 0) next = {};
    else if (code === 1) next.bold = true;
    else if (code === 2) next.dim = true;
    else if (code === 22) next.bold = next.dim = false;
    else if (code === 39) next.fore = undefined;
    else if (code === 49) next.back = undefined;
    else if ((code === 38 || code === 48) && parts[index + 1] === 5) {
      next[code === 38 ? 'fore' : 'back'] = colour(parts[index + 2]);
      index += 2;
    } else if (code >= 30 && code <= 37) next.fore = colour(code - 30);
    else if (code >= 90 && code <= 97) next.fore = colour(code - 82);
  }
  return next;
}

/** One of the 256 colours of terminals. */
function colour(index) {
  const base = ['#2e3440', '#e5534b', '#8ccf7e', '#e5c76b', '#67b0e8', '#c47fd5', '#6cbfbf', '#d8dee9'];
  if (index < 16) return base[index % 8];
  if (index >= 232) return hex(...Array(3).fill(8 + (index - 232) * 10));
  const level = (part) => (part === 0 ? 0 : 55 + part * 40);
  const cube = index - 16;
  return hex(level(Math.floor(cube / 36)), level(Math.floor(cube / 6) % 6), level(cube % 6));
}

function hex(...parts) {
  return `#${parts.map((part) => part.toString(16).padStart(2, '0')).join('')}`;
}

function escape(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
