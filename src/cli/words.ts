import { McError } from '../base/index.js';

/** Longer than any text that a server takes. */
const MOST_BYTES = 64 * 1024;

/**
 * What a person or a script says in one argument: itself, or with `-` what stands on stdin, without blanks and line ends
 * around it. `what` names it in the error.
 * @throws McError `usage` for a stdin that holds no words, or more than 64 KiB
 */
export async function readWords(
  text: string,
  what: string,
  stdin: AsyncIterable<Buffer | string> = process.stdin,
): Promise<string> {
  if (text !== '-') return text;
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stdin) {
    chunks.push(Buffer.from(chunk));
    bytes += chunk.length;
    if (bytes > MOST_BYTES) throw new McError('usage', `stdin holds more than 64 KiB, too much for ${what}`);
  }
  const words = Buffer.concat(chunks).toString('utf8').trim();
  if (words !== '') return words;
  throw new McError('usage', `stdin is empty: ${what} is missing`, {
    hint: 'pipe the text in, or give it instead of -',
  });
}
