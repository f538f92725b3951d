import { randomBytes } from 'node:crypto';

const alphabet = 'abcdefghijklmnopqrstuvwxyz234567';

/** 26 characters `[a-z2-7]`, 130 random bits: unguessable, safe in a path, a URL and a log. */
export function createId(): string {
  let id = '';
  for (const byte of randomBytes(26)) id += alphabet[byte & 31];
  return id;
}
