import { z } from 'zod';

/** As long as the longest clinic file that is read. */
export const longestClinicText = 512 * 1024;

/** One publication of a clinic's file from the console. Numbers count from 1; the file that was shipped is 0. */
export const clinicVersionSchema = z.strictObject({
  clinic: z.string().max(60),
  number: z.int().min(1),
  /** ISO 8601, UTC. */
  at: z.iso.datetime(),
  /** Who published: the name they are known by in the console. */
  by: z.string().max(120),
  /** What they wrote about it. */
  note: z.string().max(300),
  /** The version whose text this is again. */
  restored: z.int().min(0).optional(),
  /** SHA-256 of the shipped file at that time, hex: a later one tells that the file has changed since. */
  shipped: z.string().max(64),
  text: z.string().max(longestClinicText),
  /** From this version on the clinic is out of service; only of one that no file was shipped of. */
  isRetired: z.literal(true).exactOptional(),
});
export type ClinicVersion = z.output<typeof clinicVersionSchema>;

/** A text that is being worked on and that no caller hears of. */
export const clinicDraftSchema = z.strictObject({
  /** Counts each saving: whoever saves must have seen the last. */
  revision: z.int().min(1),
  /** The version it began from. */
  base: z.int().min(0),
  at: z.iso.datetime(),
  by: z.string().max(120),
  text: z.string().max(longestClinicText),
});
export type ClinicDraft = z.output<typeof clinicDraftSchema>;
