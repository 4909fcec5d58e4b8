import { editJson } from '../text/json-edit.js';
import { isObject, parseTolerantJson } from '../text/json.js';
import { layOut } from './office.js';

/**
 * An office file with an agent put into a zone, in the form its other entries have: a zone, or coordinates and zone.
 * Everything else stays. `bytes` must hold a JSON object; null begins a file. `now` in milliseconds.
 */
export function placeAgent(bytes: Uint8Array | null, id: string, zone: string, now: number): Buffer {
  const old = bytes ?? Buffer.from(`{\n  "timestamp": ${JSON.stringify(new Date(now).toISOString())}\n}\n`);
  const parsed = parseTolerantJson(old);
  const office = parsed.ok && isObject(parsed.value) ? parsed.value : {};
  const positions = isObject(office.positions) ? office.positions : {};
  return editJson(old, [{ path: ['positions', id], value: entryFor(positions, id, zone) }]);
}

function entryFor(positions: Record<string, unknown>, id: string, zone: string): unknown {
  const before = Object.hasOwn(positions, id) ? positions[id] : Object.values(positions).at(-1);
  if (!isObject(before)) return zone;
  const others = Object.entries(positions).filter(([other]) => other !== id);
  const place = layOut(Object.fromEntries([...others, [id, zone]]))[id] ?? { x: 50, y: 50, zone };
  // What else an entry says of this agent (a facing, a desk) is kept.
  return Object.hasOwn(positions, id) ? { ...before, ...place } : place;
}
