import { bodyDangers } from './emergency-body-words.ts';
import { harmDangers } from './emergency-harm-words.ts';
import type { DangerPattern } from './emergency-pattern.ts';

/**
 * Words of danger as callers say them, over text without accents or capitals in which `,` and `.` stand alone.
 * Regular expressions only; negation and what is long past are `emergency-reading`'s. The list errs towards danger: a
 * sentence with 192 in it harms nobody.
 */
export const dangerPatterns: readonly DangerPattern[] = [...bodyDangers, ...harmDangers];
