import { type ClinicAgenda, createClinicAgenda } from '../../src/agent/clinic-agenda.ts';
import { clinicSchema } from '../../src/agent/clinic-profile.ts';
import { createId } from '../../src/platform/id.ts';
import type { Slot } from '../../src/scheduling/availability.ts';
import type { DateRange } from '../../src/scheduling/recurrence.ts';
import type { ScheduleStore } from '../../src/scheduling/schedule-store.ts';

const practitioners = 13;
/** The month that is asked about: 22 working days of 44 quarters of an hour for each practitioner, 12,584 in all. */
export const month: DateRange = { from: '2026-12-01', to: '2026-12-31' };
/** So many of them are taken: 79.5 %. */
export const appointments = 10_000;
/** Midday of the day before. */
export const nowMs = Date.parse('2026-11-30T12:00-03:00');
/** Reservations asked for at once: the store writes them together. */
const atOnce = 500;

/** A clinic in which everybody works all week by appointed time. */
export function busyClinic() {
  const ids = Array.from({ length: practitioners }, (_, i) => `profissional-${i + 1}`);
  return clinicSchema.parse({
    id: 'cheia',
    name: 'Clínica Cheia',
    timeZone: 'America/Fortaleza',
    state: 'CE',
    openingHours: [{ days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '07:00', to: '18:00' }],
    practitioners: ids.map((id) => ({
      id,
      name: id,
      specialties: [id],
      schedules: [
        { kind: 'weekly', days: ['mon', 'tue', 'wed', 'thu', 'fri'], byAppointedTime: true },
      ],
      consultations: [{ id: 'consulta', name: 'Consulta', priceReais: 200, durationMinutes: 15 }],
    })),
  });
}

/** Books `appointments` of the month's slots, the same ones each time, and returns the agenda. */
export async function fullAgenda(store: ScheduleStore): Promise<ClinicAgenda> {
  const agenda = createClinicAgenda(busyClinic(), store);
  const random = lehmer(20_261_121);
  const slots: { service: string; practitioner: string; slot: Slot; order: number }[] = [];
  for (const { plan, serviceId, practitionerId } of agenda.bookables) {
    const limit = Number.MAX_SAFE_INTEGER;
    const found = await agenda.booking.find({ plan, range: month, limit }, nowMs);
    if (found.outcome !== 'found') throw new Error(`nothing to book: ${found.outcome}`);
    const practitioner = practitionerId ?? '';
    for (const slot of found.slots)
      slots.push({ service: serviceId, practitioner, slot, order: random() });
  }
  const chosen = slots.sort((a, b) => a.order - b.order).slice(0, appointments);
  for (let i = 0; i < chosen.length; i += atOnce) {
    await Promise.all(chosen.slice(i, i + atOnce).map((one) => book(store, one)));
  }
  return agenda;
}

async function book(
  store: ScheduleStore,
  { service, practitioner, slot }: { service: string; practitioner: string; slot: Slot },
): Promise<void> {
  const id = createId();
  const { startMs, endMs, claims } = slot;
  const change = { id, nowMs };
  const held = await store.reserve({
    ...change,
    key: `hold/${id}`,
    clinic: 'cheia',
    holder: 'bench',
    items: [{ service, practitioner, startMs, endMs }],
    claims,
    holdExpiresAtMs: nowMs + 180_000,
  });
  const booked = await store.confirm({ ...change, key: `confirm/${id}`, version: 1 });
  if (held.outcome !== 'done' || booked.outcome !== 'done')
    throw new Error(`not booked: ${held.outcome}, ${booked.outcome}`);
}

/** Numbers in [0, 1), the same ones each time. */
function lehmer(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}
