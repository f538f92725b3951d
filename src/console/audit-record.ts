import { createHash } from 'node:crypto';
import { z } from 'zod';

/** Before the first row. */
export const firstHash = '0'.repeat(64);
/** A row is some 400 bytes; fields are cut so that none is longer than this. */
export const longestRowBytes = 8_192;

const rowSchema = z.strictObject({
  seq: z.int().min(1),
  /** ISO 8601, UTC. */
  at: z.iso.datetime(),
  user: z.string().max(60),
  login: z.string().max(120),
  role: z.string().max(20),
  ip: z.string().max(60),
  action: z.string().max(60),
  clinicId: z.string().max(100).optional(),
  object: z.string().max(200).optional(),
  patient: z.string().max(128).optional(),
  detail: z
    .record(z.string().max(60), z.union([z.string().max(500), z.number(), z.boolean()]))
    .optional(),
  prev: z.string().regex(/^[0-9a-f]{64}$/),
});

/** One thing that was seen or done. `prev` is the hash of the row before it. */
export type AuditRow = z.output<typeof rowSchema>;
/** What the trail numbers, dates and chains. */
export type NewAuditRow = Omit<AuditRow, 'seq' | 'prev'>;
/** The newest row by number and hash: kept elsewhere, it shows when the end of the trail was cut off. */
export interface AuditHead {
  seq: number;
  hash: string;
}

/** `,"hash":"…"}`: what stands after the text that the hash is of. */
const hashPart = /,"hash":"([0-9a-f]{64})"\}$/;

/** One JSON object, no newline. The hash is the SHA-256 of the text before it, byte by byte, and so of `prev` too. */
export function encodeRow(row: AuditRow): { line: string; hash: string } {
  const text = JSON.stringify(row).slice(0, -1);
  const hash = hashOf(text);
  return { line: `${text},"hash":"${hash}"}`, hash };
}

/** Numbers and chains rows that follow a head. */
export function chainRows(
  head: AuditHead,
  rows: readonly NewAuditRow[],
): { row: AuditRow; line: string; hash: string }[] {
  let { seq, hash: prev } = head;
  return rows.map(({ detail, ...rest }) => {
    seq += 1;
    const row: AuditRow = { seq, ...rest, ...(detail ? { detail } : {}), prev };
    const { line, hash } = encodeRow(row);
    prev = hash;
    return { row, line, hash };
  });
}

/** Nothing when this is no row, or not as it was written. */
export function decodeRow(line: string): { row: AuditRow; hash: string } | undefined {
  const hash = hashPart.exec(line)?.[1];
  if (hash === undefined) return undefined;
  const text = line.slice(0, line.length - ',"hash":""}'.length - hash.length);
  if (hashOf(text) !== hash) return undefined;
  const row = rowIn(`${text}}`);
  return row && { row, hash };
}

function rowIn(text: string): AuditRow | undefined {
  try {
    return rowSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
