/** Hours in which only what is critical is sent. */
export interface Quiet {
  /** As it was written. */
  text: string;
  spans: readonly Span[];
}

interface Span {
  /** Days of the week, 0 is Sunday. */
  days: readonly number[];
  /** Minutes of the day: quiet from `from` until before `to`, over midnight when `to` is not later. */
  from: number;
  to: number;
  /** IANA name. */
  zone: string;
}

const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;
const ALL_DAYS = [0, 1, 2, 3, 4, 5, 6];
const DAY = 24 * 60;

/**
 * Reads quiet hours: spans with `;` between them, each of days (`sat,sun`, `mon-fri`), hours (`22:00-07:00`) and a time zone
 * (`Europe/Berlin`), of which days or hours may be left out. A span without a zone has that of the span before it, the first
 * one `zone`. A span over midnight belongs to the day on which it begins.
 * @returns null when the text makes no sense
 */
export function parseQuiet(text: string, zone: string): Quiet | null {
  const spans: Span[] = [];
  let current = zone;
  for (const part of text.split(';')) {
    const span = parseSpan(part.trim(), current);
    if (span === null) return null;
    current = span.zone;
    spans.push(span);
  }
  return { text, spans: withLastZone(spans, text, zone) };
}

/** `sat,sun; 22:00-07:00 Europe/Berlin`: whoever names one zone means it for all. */
function withLastZone(spans: readonly Span[], text: string, zone: string): readonly Span[] {
  const named = text.split(';').map((part) => /[A-Za-z]+\/[\w/+-]+|\bUTC\b/.test(part));
  const first = named.indexOf(true);
  const leading = first < 0 ? zone : (spans[first]?.zone ?? zone);
  return spans.map((span, at) => (at < first ? { ...span, zone: leading } : span));
}

/** True when only what is critical may be sent at `time` (milliseconds since the epoch). */
export function isQuiet({ spans }: Quiet, time: number): boolean {
  return spans.some(({ days, from, to, zone }) => {
    const { day, minute } = localTime(time, zone);
    if (from < to) return days.includes(day) && minute >= from && minute < to;
    const yesterday = (day + 6) % 7;
    return (days.includes(day) && minute >= from) || (days.includes(yesterday) && minute < to);
  });
}

function parseSpan(text: string, before: string): Span | null {
  let days: readonly number[] | null = null;
  let hours: [number, number] | null = null;
  let zone: string | null = null;
  for (const word of text.split(/\s+/)) {
    const range = /^(\d\d?):(\d\d)-(\d\d?):(\d\d)$/.exec(word);
    if (range !== null) {
      if (hours !== null) return null;
      hours = hoursOf(range.slice(1).map(Number));
      if (hours === null) return null;
    } else if (/^[a-z]{3}(?:[,-][a-z]{3})*$/i.test(word) && word.toUpperCase() !== 'UTC' && daysOf(word) !== null) {
      if (days !== null) return null;
      days = daysOf(word);
    } else {
      if (zone !== null || !isZone(word)) return null;
      zone = word;
    }
  }
  if (days === null && hours === null) return null;
  const [from, to] = hours ?? [0, DAY];
  return { days: days ?? ALL_DAYS, from, to, zone: zone ?? before };
}

function hoursOf([h1 = 0, m1 = 0, h2 = 0, m2 = 0]: number[]): [number, number] | null {
  const [from, to] = [h1 * 60 + m1, h2 * 60 + m2];
  // `22:00-22:00` may be meant as never or as always.
  return m1 > 59 || m2 > 59 || from >= DAY || to > DAY || from === to ? null : [from, to];
}

function daysOf(word: string): number[] | null {
  const found = new Set<number>();
  for (const part of word.toLowerCase().split(',')) {
    const ends = part.split('-').map((name) => (DAYS as readonly string[]).indexOf(name));
    const [first = -1, last = first] = ends;
    if (ends.length > 2 || first < 0 || last < 0) return null;
    for (let day = first; ; day = (day + 1) % 7) {
      found.add(day);
      if (day === last) break;
    }
  }
  return [...found];
}

function isZone(name: string): boolean {
  try {
    Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

const formats = new Map<string, Intl.DateTimeFormat>();

function localTime(time: number, zone: string): { day: number; minute: number } {
  let format = formats.get(zone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      weekday: 'short',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    });
    formats.set(zone, format);
  }
  const parts = Object.fromEntries(format.formatToParts(time).map(({ type, value }) => [type, value]));
  const day = (DAYS as readonly string[]).indexOf(parts.weekday?.toLowerCase() ?? '');
  return { day, minute: Number(parts.hour) * 60 + Number(parts.minute) };
}
