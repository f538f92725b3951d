import { z } from 'zod';
import { e164 } from './clinic-fields.ts';

const contentSid = z.string().regex(/^HX[0-9a-fA-F]{32}$/, 'código de modelo da Twilio, HX…');

/** Texts that WhatsApp approved, for who has not written within 24 hours. Their words carry no health detail. */
const templatesSchema = z
  .strictObject({
    /** “Nossa ligação caiu. Quer continuar por aqui?”; {{1}} is the clinic's name. */
    continueBooking: contentSid.optional(),
    /** “Temos uma resposta para você. Responda para continuar.”; {{1}} is the clinic's name. */
    reopen: contentSid.optional(),
  })
  .prefault({});

/** The clinic's number on WhatsApp, alone or with its templates. */
export const whatsappSchema = z.union([
  e164.transform((number) => ({ number, templates: templatesSchema.parse({}) })),
  z.strictObject({ number: e164, templates: templatesSchema }),
]);
export type WhatsappSetting = z.output<typeof whatsappSchema>;
