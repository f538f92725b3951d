import { optOutNumber } from '../agent/opt-out-store.ts';
import type { CallGist } from '../call/call-gist-record.ts';

/** One spelling of a number, with its ninth digit: what calls of one person are found by. */
export function personNumber(e164: string): string {
  return optOutNumber(e164) ?? e164;
}

/** A call stands under the number of whoever is not the clinic. */
export function personOf({ direction, from, to }: CallGist): string {
  return personNumber(direction === 'inbound' ? from : to);
}
