import type { ClinicProfile } from '../../src/agent/clinic-profile.ts';
import type { Reservation } from '../../src/scheduling/reservation-record.ts';
import type { ScheduleStore } from '../../src/scheduling/schedule-store.ts';
import { smallClinic } from './booking-desk.ts';
import { clashesIn } from './schedule-fixtures.ts';

/** What callers were told of the agenda, in the order they were told. */
export class BookingHistory {
  /** The last that was told of each. */
  readonly #latest = new Map<string, Reservation>();
  readonly #told = new Set<string>();
  readonly #faults: string[] = [];

  add(told: Reservation): void {
    const name = `${told.id}/${told.version}`;
    if (this.#told.has(name)) this.#faults.push(`two callers made the same change: ${name}`);
    this.#told.add(name);
    const known = this.#latest.get(told.id);
    if (!known || known.version < told.version) this.#latest.set(told.id, told);
    if (told.status === 'booked' && told.replaces) this.#giveUp(told.replaces.id);
  }

  get booked(): Reservation[] {
    return [...this.#latest.values()].filter(({ status }) => status === 'booked');
  }

  /** Whoever moved gave the old place up in the same step. */
  #giveUp(id: string): void {
    const old = this.#latest.get(id);
    if (old?.status !== 'booked') this.#faults.push(`moved, but was not booked: ${id}`);
    if (!old) return;
    const gone = {
      status: 'cancelled',
      endedBecause: 'replaced',
      version: old.version + 1,
    } as const;
    this.#latest.set(id, { ...old, ...gone });
  }

  /** What cannot be true of a clinic: two in one place, one change made twice. Empty when all is well. */
  faults(): string[] {
    const doubles = clashesIn(this.booked).map((claim) => `two in one place: ${claim.startMs}`);
    return [...this.#faults, ...doubles];
  }

  /** Held against what is kept, with nobody at work. A hold that nobody ended may have lapsed since. */
  async lost(store: Pick<ScheduleStore, 'find'>): Promise<string[]> {
    const lost: string[] = [];
    for (const [id, told] of this.#latest) {
      const kept = await store.find(id);
      const isAsTold =
        told.status === 'pending'
          ? kept !== undefined && kept.status !== 'booked'
          : kept?.status === told.status && kept.version === told.version;
      if (!isAsTold) lost.push(`${id} was told ${told.status} and is ${kept?.status}`);
    }
    return lost;
  }
}

/** Three doctors who see somebody every quarter of an hour, every working day: 156 visits a day. */
export function crowdedClinic(): ClinicProfile {
  const days = ['mon', 'tue', 'wed', 'thu', 'fri'];
  const doctors = [
    ['ana-lima', 'Ana Lima', 'Cardiologia'],
    ['rui-castro', 'Rui Castro', 'Dermatologia'],
    ['eva-prado', 'Eva Prado', 'Ortopedia'],
  ];
  return smallClinic({
    openingHours: [{ days, from: '06:00', to: '19:00' }],
    booking: { patientData: { rg: 'required' }, defaultDurationMinutes: 15 },
    practitioners: doctors.map(([id, name, specialty]) => ({
      id,
      name,
      title: 'Dr.',
      specialties: [specialty],
      schedules: [{ kind: 'weekly', days, byAppointedTime: true }],
      consultations: [{ id: 'consulta', name: 'Consulta', priceReais: 200, durationMinutes: 15 }],
    })),
    services: [],
  });
}

/** Rounds of processes that are killed are so far apart that no hold of the one before counts any more. */
export const roundMs = 600_000;

export const specialties = ['cardiologia', 'dermatologia', 'ortopedia'];

/** Somebody else for each number, with a telephone of their own: nobody meets the limit of open bookings. */
export function patientNumber(n: number) {
  const letters = [...String(n)].map((digit) => 'bcdfghjklm'[Number(digit)]).join('a');
  return {
    callerE164: `+5588${String(900_000_000 + n)}`,
    identity: { patient_name: `Maria Sousa ${letters}a`, birth_date: '12/03/1985' },
    rg: String(2_000_000_000 + n),
  };
}
