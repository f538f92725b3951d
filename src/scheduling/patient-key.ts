import { createHash } from 'node:crypto';

/**
 * One patient, whichever way the name was written: capitals, accents and spaces do not count. A hash, so that an index
 * or a database column of it names nobody.
 * @param birthDate `YYYY-MM-DD`
 */
export function patientKey(name: string, birthDate: string): string {
  const plain = name
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
  return createHash('sha256').update(`${plain}|${birthDate}`).digest('hex');
}
