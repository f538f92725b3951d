import { z } from 'zod';
import { days, e164, slug, text, texts, timeOfDay } from './clinic-fields.ts';

/** Somebody a caller may be put through to. Only these numbers and the reception's are ever dialled for a caller. */
export const transferSchema = z.strictObject({
  id: slug,
  name: text.max(60),
  number: e164,
  /** Other words for it: “contas”, “boleto” for the finance department. */
  aliases: texts,
  /** `warm`: whoever answers hears a summary and takes or declines the call. `cold`: the call is handed on at once. */
  kind: z.enum(['cold', 'warm']).default('cold'),
  /** Left out: the clinic's opening hours. */
  hours: z
    .array(
      z
        .strictObject({ days, from: timeOfDay, to: timeOfDay })
        .refine(({ from, to }) => from < to, { path: ['to'], message: 'depois de “from”' }),
    )
    .min(1)
    .optional(),
  /** Answered also on holidays and days on which the clinic is closed; only with hours of its own. */
  onHolidays: z.boolean().default(false),
});
export type TransferDestination = z.output<typeof transferSchema>;
