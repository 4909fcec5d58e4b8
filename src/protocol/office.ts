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
