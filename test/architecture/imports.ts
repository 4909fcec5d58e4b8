import { readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { ROOMS, SIDE_DOORS, SUB_ROOMS } from './rooms.js';

/** A source file's text, and its path relative to the project with `/`. */
export interface Source {
  path: string;
  text: string;
}

/** Every source file of the rooms below `root`. */
export function readSources(root: string): Source[] {
  return ['src', 'commands'].flatMap((top) =>
    readdirSync(join(root, top), { recursive: true, encoding: 'utf8' })
      .filter((file) => /\.(ts|tsx)$/.test(file))
      .map((file) => ({
        path: `${top}/${file.split(sep).join('/')}`,
        text: readFileSync(join(root, top, file), 'utf8'),
      })),
  );
}

/** The room a path lies in: `src/<room>/…` or `commands/…`. */
function roomOf(path: string): string {
  const [top, room] = path.split('/');
  return top === 'commands' ? 'commands' : (room ?? '');
}

/** The module names that a text imports, statically, dynamically or as a type. Comments are passed over. */
export function importsOf(text: string): string[] {
  const code = text.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/^\s*\/\/.*$/gm, '');
  const found = code.matchAll(/(?:\bfrom\s*|\bimport\s*\(?\s*)['"]([^'"\s]+)['"]/g);
  return [...found].map((match) => match[1] ?? '');
}

/** Permissions of the table of sub-rooms that no import needs, as `room/folder → part`. */
export function unusedPermissions(sources: Source[]): string[] {
  const used = new Set(
    sources.flatMap(({ path, text }) =>
      importsOf(text)
        .filter((name) => name.startsWith('.'))
        .map((name) => `${roomOf(path)}/${partOf(path)} → ${partOf(join(dirname(path), name))}`),
    ),
  );
  return Object.entries(SUB_ROOMS).flatMap(([room, folders]) =>
    Object.entries(folders).flatMap(([name, { imports }]) =>
      imports.map((part) => `${room}/${name} → ${part}`).filter((permission) => !used.has(permission)),
    ),
  );
}

/** Every import that the table of rooms does not allow, as one line each. */
export function breaches(sources: Source[]): string[] {
  return sources.flatMap((source) => {
    const room = roomOf(source.path);
    if (!ROOMS[room]) return [`${source.path}: "${room}" is not a room of the house`];
    return importsOf(source.text).flatMap((name) => breachOf(source.path, room, name) ?? []);
  });
}

function breachOf(path: string, room: string, name: string): string | null {
  const rules = ROOMS[room];
  if (!rules) return null;
  if (name.startsWith('.')) {
    const target = relative('/', resolve('/', dirname(path), name))
      .split(sep)
      .join('/');
    if (!target.startsWith('src/') && !target.startsWith('commands/'))
      return `${path}: imports ${target}, outside of the house`;
    const other = roomOf(target);
    if (other === room) return breachInside(path, room, target);
    if (!rules.imports.includes(other)) return `${path}: ${room} may not import ${other}`;
    return pastTheDoor(path, target);
  }
  if (name.startsWith('node:')) return rules.node ? null : `${path}: ${room} may not import ${name}`;
  if (builtinModules.includes(name)) return `${path}: write node:${name}`;
  const pkg = name.startsWith('@') ? name.split('/').slice(0, 2).join('/') : (name.split('/')[0] ?? '');
  const allowed = rules.packages.some((own) => own === pkg || (own.endsWith('/*') && pkg.startsWith(own.slice(0, -1))));
  return allowed ? null : `${path}: ${room} does not own the package ${pkg}`;
}

/** The folder of its room in which a path lies; a file that lies loose in the room by its own name. */
function partOf(path: string): string {
  const rest = path.split('/').slice(2);
  return (rest[0] ?? '').replace(/\.jsx?$/, '.ts');
}

function breachInside(path: string, room: string, target: string): string | null {
  const folders = SUB_ROOMS[room];
  const [own, other] = [partOf(path), partOf(target)];
  if (!folders || own === other || own.includes('.')) return null;
  const rules = folders[own];
  if (!rules) return `${path}: the table of sub-rooms does not name ${room}/${own}`;
  return rules.imports.includes(other) ? null : `${path}: ${room}/${own} may not import ${room}/${other}`;
}

function pastTheDoor(path: string, target: string): string | null {
  const file = target.replace(/\.js$/, '.ts');
  const isDoor = /^src\/[^/]+\/index\.ts$/.test(file) || file.startsWith('commands/');
  return isDoor || file in SIDE_DOORS ? null : `${path}: imports ${file}, which is not a door of its room`;
}
