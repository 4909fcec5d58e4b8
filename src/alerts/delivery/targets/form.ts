import type { Message } from '../message.js';
import type { Address } from '../target.js';

/** One request to be made. */
export interface Outgoing {
  /** With everything secret that belongs into it. */
  url: string;
  headers: Record<string, string>;
  body: string;
}

/** What a form makes its request of. */
export interface Parts {
  message: Message;
  address: Address;
  /** The target's secrets, as they are now. */
  secrets: readonly string[];
  /** True for the weekly proof that nobody should be woken by. */
  canary: boolean;
}

/** A form: an alert as the request that tells it. */
export type Form = (parts: Parts) => Outgoing;

/** A request with JSON. */
export function jsonTo(url: string, body: unknown, headers: Record<string, string> = {}): Outgoing {
  return { url, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) };
}

/** The URL where it stands openly, else the secret. */
export function endpointOf({ address, secrets }: Pick<Parts, 'address' | 'secrets'>): string {
  return address.endpoint ?? secrets[0] ?? '';
}
