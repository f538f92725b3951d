import type { Appointment } from '../scheduling/appointment.ts';
import { type Pause, rewriteAppointment } from './appointment-rewrite.ts';
import { appointmentOf, type BookingContext, cancelledAs } from './booking-record.ts';
import type { HeldVisit, PatientDraft } from './conversation-state.ts';
import type { FrontDesk } from './front-desk.ts';

export type CommitAnswer =
  | { outcome: 'booked'; appointment: Appointment; file: string }
  /** `changed`: what it was to take the place of is not as it was. */
  | { outcome: 'hold-expired' | 'changed' };

/** What of a front desk is needed to book: a conversation's, or that of staff. */
export type BookingDesk = Pick<FrontDesk, 'appointments' | 'log'> & {
  agenda: Pick<FrontDesk['agenda'], 'booking'>;
};

/**
 * Books what is held. First everything is written as `pending`, durably; then the agenda confirms, which is the truth of
 * it; then the file says `booked`. When the first fails it throws and nothing was confirmed; when only the last fails it
 * is booked all the same. Done again for the same hold, it gives the same booking.
 */
export async function commitBooking(
  desk: BookingDesk,
  visit: { hold: HeldVisit; draft: PatientDraft },
  context: BookingContext,
  pause: Pause,
): Promise<CommitAnswer> {
  const pending = appointmentOf(visit.hold, visit.draft, context);
  const file = await writePending(desk, pending);
  const { id, version } = visit.hold.reservation;
  const holder = context.conversationId;
  const answer = await desk.agenda.booking.confirm({ id, version, holder }, context.clock.wallMs());
  if (answer.outcome !== 'confirmed') {
    await rewriteAppointment(
      desk,
      id,
      (kept) => cancelledAs(kept, 'not-completed', context),
      pause,
    );
    return { outcome: answer.outcome === 'hold-expired' ? 'hold-expired' : 'changed' };
  }
  await rewriteAppointment(desk, id, asBooked, pause);
  if (pending.replaces) {
    const moved = (kept: Appointment) => cancelledAs(kept, 'rescheduled', context, id);
    await rewriteAppointment(desk, pending.replaces, moved, pause);
  }
  return { outcome: 'booked', appointment: asBooked(pending), file };
}

/** A second try finds the file of the first, perhaps with data that were corrected since. */
async function writePending({ appointments }: BookingDesk, pending: Appointment): Promise<string> {
  const { outcome, file } = await appointments.save(pending);
  if (outcome === 'exists') {
    await appointments.update(pending.id, (kept) => (kept.status === 'pending' ? pending : kept));
  }
  return file;
}

function asBooked(kept: Appointment): Appointment {
  return kept.status === 'pending' ? { ...kept, status: 'booked' } : kept;
}
