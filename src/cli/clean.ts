/** Line ends and tabs: they would break a row, and mean nothing worse. */
const BREAKS = /[\t\n\v\f\r\u0085\u2028\u2029]+/g;
/** C0, DEL, C1 (0x9b alone starts an escape sequence) and what turns the direction of a line around. */
// oxlint-disable-next-line no-control-regex -- control characters are what this is about
const CONTROLS = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** Text from a workspace, made safe for one line of a terminal. Agents write it; it must not move the cursor. */
export function cleanText(text: string): string {
  return text.replaceAll(BREAKS, ' ').replaceAll(CONTROLS, '\ufffd');
}

/** JSON whose text cannot steer a terminal either: JSON.stringify escapes only C0. `indent` as there. */
export function cleanJson(value: unknown, indent = 0): string {
  return JSON.stringify(value, null, indent).replaceAll(
    // What JSON.stringify leaves as it is: the rest of the controls. Its own line ends and spaces stay.
    /[\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
