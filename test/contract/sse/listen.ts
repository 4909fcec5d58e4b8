import { get, type IncomingMessage } from 'node:http';
import { expect } from 'vitest';
import { type ServerFrame } from '../../../src/protocol/index.js';

/** A frame with the id it came under. */
export interface Heard {
  id: string | null;
  frame: ServerFrame;
}

/** Someone who reads a stream. */
export interface Listener {
  status: number;
  headers: IncomingMessage['headers'];
  heard: Heard[];
  /** True when the server has ended the stream, or cut it. */
  ended: boolean;
  pause(): void;
  resume(): void;
  hangUp(): void;
}

/** Connects and reads; resolves with the answer's head. */
export function listen(url: string, headers: Record<string, string> = {}): Promise<Listener> {
  return new Promise((resolve, reject) => {
    const request = get(url, { headers, agent: false }, (response) => {
      const listener: Listener = {
        status: response.statusCode ?? 0,
        headers: response.headers,
        heard: [],
        ended: false,
        pause: () => response.pause(),
        resume: () => response.resume(),
        hangUp: () => response.destroy(),
      };
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        const blocks = (text + chunk).split('\n\n');
        text = blocks.pop() ?? '';
        listener.heard.push(...blocks.map(readBlock));
      });
      response.on('error', () => {});
      response.on('close', () => {
        listener.ended = true;
      });
      resolve(listener);
    });
    request.on('error', reject);
  });
}

/** Waits for a frame that is as it should be. */
export async function waitFor(listener: Listener, wanted: (heard: Heard) => boolean): Promise<Heard> {
  let found: Heard | undefined;
  await expect
    .poll(
      () => {
        found = listener.heard.find(wanted);
        return found !== undefined;
      },
      { timeout: 10_000, interval: 10 },
    )
    .toBe(true);
  return found as Heard;
}

/** The types of what was heard, in order. */
export function typesOf(listener: Listener): string[] {
  return listener.heard.map(({ frame }) => frame.type);
}

function readBlock(block: string): Heard {
  const fields = block.split('\n').map((line) => {
    const at = line.indexOf(': ');
    return [line.slice(0, at), line.slice(at + 2)] as const;
  });
  const field = (name: string) => fields.find(([key]) => key === name)?.[1] ?? null;
  expect(fields.filter(([key]) => key === 'data')).toHaveLength(1);
  return { id: field('id'), frame: JSON.parse(field('data') ?? '') as ServerFrame };
}
