import { z } from 'zod';

/** What one reservation may take at most: a visit of several services, each with practitioner, room and device. */
const mostClaims = 32;
const mostItems = 8;
/** Longest single claim: a day. Longer absences are closed days, not reservations. */
export const longestClaimMs = 86_400_000;

const name = z
  .string()
  .regex(/^[a-z0-9][a-z0-9/:_-]*$/)
  .max(120);
const ms = z.number().int().min(0).max(8_640_000_000_000_000);
const reservationId = z.string().regex(/^[a-z2-7]{26}$/);

/** A stretch of one resource that is taken, buffers included. Epoch ms, end not included. */
export const claimSchema = z
  .strictObject({
    /** `<clinic>/practitioner:<id>`, `<clinic>/room:<id>` … */
    resource: name,
    startMs: ms,
    endMs: ms,
    /** How many may be there at once. Where claims differ, the smallest number counts. */
    capacity: z.number().int().min(1).max(1_000),
  })
  .refine(({ startMs, endMs }) => startMs < endMs && endMs - startMs <= longestClaimMs);

/** One service of a visit, as it was offered: without buffers. */
export const visitItemSchema = z.strictObject({
  service: name,
  practitioner: name.nullable(),
  startMs: ms,
  endMs: ms,
});

/**
 * What is kept of a slot that somebody holds or has booked. Ids only: whose it is stands in the appointment of the same
 * id, so that nothing personal is in the journal.
 */
export const reservationSchema = z.strictObject({
  schemaVersion: z.literal(1),
  id: reservationId,
  /** Counts changes from 1: who changes something says which version they saw. */
  version: z.number().int().min(1),
  /** pending: held until `holdExpiresAtMs`, and beyond it until somebody else wants the place. */
  status: z.enum(['pending', 'booked', 'cancelled']),
  /** Why it is cancelled. */
  endedBecause: z.enum(['released', 'lapsed', 'replaced']).nullable(),
  clinic: name,
  /** The conversation that holds it: only that one may confirm. */
  holder: z.string().min(1).max(100),
  items: z.array(visitItemSchema).min(1).max(mostItems),
  claims: z.array(claimSchema).min(1).max(mostClaims),
  holdExpiresAtMs: ms,
  /** The booked reservation that this hold takes the place of once it is swapped; its claims do not stand in the way. */
  replaces: z.strictObject({ id: reservationId, version: z.number().int().min(1) }).nullable(),
  changedAtMs: ms,
});

export type Claim = z.output<typeof claimSchema>;
export type VisitItem = z.output<typeof visitItemSchema>;
export type Reservation = Readonly<z.output<typeof reservationSchema>>;

/** What was read back or handed in, if it is a reservation of a version we know. */
export function parseReservation(value: unknown): Reservation | undefined {
  const parsed = reservationSchema.safeParse(value);
  return parsed.success ? parsed.data : undefined;
}
