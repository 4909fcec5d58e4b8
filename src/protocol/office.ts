/** A place on the office map: percent of the map's width and height, and the zone's name. */
export interface Place {
  x: number;
  y: number;
  zone: string;
}

/** The office: the file's own object with every position given coordinates. Ids need not be agents. */
export interface Office {
  positions: Record<string, Place>;
  /** timestamp, hour, state, zone, description and whatever else the file says. */
  [key: string]: unknown;
}

/**
 * An office as it is held: null when it says nothing, not even a position. That is how an office file that is gone is shown,
 * in a form that every client has always been able to read.
 */
export function heldOffice(office: Office): Office | null {
  const says = Object.keys(office).length > 1 || Object.keys(office.positions).length > 0;
  return says ? office : null;
}
