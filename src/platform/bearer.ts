import { createHash, timingSafeEqual } from 'node:crypto';

/** Whether an `Authorization` header carries the key; compared in constant time. Without a key nothing is authorised. */
export function isBearer(header: string | undefined, key: string | undefined): boolean {
  const given = /^Bearer (.+)$/i.exec(header ?? '')?.[1];
  if (given === undefined || key === undefined) return false;
  return timingSafeEqual(digest(given), digest(key));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
