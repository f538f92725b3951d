import { z } from 'zod';
import { contactAnswers } from '../scheduling/appointment.ts';
import type { AppointmentStore } from '../scheduling/appointment-store.ts';
import type { Deed } from './conversation-state.ts';
import type { StaffRequestStore } from './staff-request.ts';

const id = z.string().regex(/^[a-z2-7]{26}$/);

/** A deed by the id of what was done, without anybody's data: enough to find it again. */
export const deedReferenceSchema = z.discriminatedUnion('type', [
  z.object({ type: z.enum(['booked', 'rescheduled', 'cancelled', 'confirmed', 'shown']), id }),
  z.object({ type: z.literal('request-recorded'), id }),
  z.object({ type: z.literal('contact-answered'), answer: z.enum(contactAnswers) }),
  z.object({ type: z.enum(['code-asked', 'calls-stopped']) }),
]);
export type DeedReference = z.output<typeof deedReferenceSchema>;

export function referenceOf(deed: Deed): DeedReference {
  if ('appointment' in deed) return { type: deed.type, id: deed.appointment.id };
  if ('request' in deed) return { type: deed.type, id: deed.request.id };
  return deed;
}

/** What was done, as it stands now; what is gone is left out. */
export async function recallDeeds(
  references: readonly DeedReference[],
  stores: {
    appointments: Pick<AppointmentStore, 'find'>;
    requests: Pick<StaffRequestStore, 'find'>;
  },
): Promise<Deed[]> {
  const found = await Promise.all(references.map((one) => recall(one, stores)));
  return found.flatMap((deed) => deed ?? []);
}

async function recall(
  reference: DeedReference,
  { appointments, requests }: Parameters<typeof recallDeeds>[1],
): Promise<Deed | undefined> {
  if (!('id' in reference)) return reference;
  if (reference.type === 'request-recorded') {
    const request = await requests.find(reference.id);
    return request && { type: reference.type, request };
  }
  const appointment = await appointments.find(reference.id);
  return appointment && { type: reference.type, appointment };
}
