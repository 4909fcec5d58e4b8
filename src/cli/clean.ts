export { cleanText } from '../base/text.js';

/** JSON whose text cannot steer a terminal either: JSON.stringify escapes only C0. `indent` as there. */
export function cleanJson(value: unknown, indent = 0): string {
  return JSON.stringify(value, null, indent).replaceAll(
    // What JSON.stringify leaves as it is: the rest of the controls. Its own line ends and spaces stay.
    /[\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
