import { z } from 'zod';

/** Small shapes that every part of a clinic's file is made of; reasons are read by the clinic's staff. */

export const e164 = z.string().regex(/^\+[1-9]\d{6,14}$/, 'número em E.164, como +558835430000');
export const text = z.string().trim().min(1);
export const texts = z.array(text).default([]);
export const slug = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{1,40}$/, 'letras minúsculas, números e hífens');
export const timeOfDay = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'hora no formato HH:MM, como 08:00');
export const calendarDate = z.iso.date('data que existe, no formato AAAA-MM-DD, como 2026-11-01');
/** Brazilian reais, as a person writes a price: 250 or 79.9. Converted to centavos by `toCentavos` only. */
export const reais = z
  .number()
  .min(0)
  .max(1_000_000)
  .multipleOf(0.01, 'valor em reais com até 2 decimais');

export const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
const weekday = z.enum(weekdays);
export type Weekday = z.output<typeof weekday>;
export const days = z.array(weekday).min(1);
