import { z } from 'zod';

/** `initials`: of the patient, and who sees them; `busy`: that somebody comes, and no more. */
export const feedDetails = ['busy', 'initials'] as const;

const feedSchema = z.strictObject({
  id: z.string().regex(/^[a-z2-7]{26}$/),
  /** Of the address's secret part, which itself is kept nowhere. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  clinicId: z.string().min(1).max(100),
  /** Whose visits; `null`: all of the clinic's. */
  practitionerId: z.string().max(100).nullable(),
  details: z.enum(feedDetails),
  label: z.string().min(1).max(100),
  /** Id of whoever made it. */
  by: z.string().min(1).max(100),
  createdAtMs: z.number(),
});
/** A calendar's address that programs read without signing in. */
export type CalendarFeed = z.output<typeof feedSchema>;

/** @returns nothing when it is not one */
export function parseCalendarFeed(value: unknown): CalendarFeed | undefined {
  return feedSchema.safeParse(value).data;
}
