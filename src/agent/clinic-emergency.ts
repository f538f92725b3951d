import { z } from 'zod';
import { text } from './clinic-fields.ts';

/** Characters of one phrase: a few words, never a story. */
const longestPhrase = 80;

const letters = (phrase: string) => phrase.replace(/[^\p{L}]/gu, '').length;
const words = (phrase: string) => phrase.split(/\s+/).length;

/** What a clinic adds to the words of danger that every clinic has; nobody can switch those off. */
export const emergencySchema = z.strictObject({
  /** Also a danger here, like “bolsa de colostomia rasgou”. A common word would stop every conversation. */
  phrases: z
    .array(
      text
        .max(longestPhrase)
        .refine((phrase) => letters(phrase) >= 6, 'pelo menos seis letras: uma palavra rara'),
    )
    .default([]),
  /** No danger here although it sounds like one, like “teste de falta de ar”. One word alone would hide too much. */
  notEmergencies: z
    .array(
      text
        .max(longestPhrase)
        .refine((phrase) => words(phrase) >= 2, 'pelo menos duas palavras, como são ditas'),
    )
    .default([]),
});
export type EmergencySetting = z.output<typeof emergencySchema>;
