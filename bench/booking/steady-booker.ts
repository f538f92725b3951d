import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createHistogram } from 'node:perf_hooks';
import { type ClinicProfile, clinicSchema } from '../../src/agent/clinic-profile.ts';
import { createReception } from '../../src/agent/reception.ts';
import { createToolbox } from '../../src/agent/toolbox.ts';
import { createVerificationCodes } from '../../src/agent/verification-codes.ts';
import { createClock } from '../../src/platform/clock.ts';
import { createLog } from '../../src/platform/log.ts';
import { createMetrics } from '../../src/platform/metrics.ts';
import { openStorage } from '../../src/storage/storage-profile.ts';
import { nowUs, type Spread, spreadOf } from '../calls/tally.ts';

/** Bookings a second. */
const perSecond = 20;
/** Before anything is counted: the compiler has seen the code, a working server has too. */
const warmUps = 40;

const doctors = [
  ['ana-lima', 'Ana Lima', 'Cardiologia'],
  ['rui-castro', 'Rui Castro', 'Dermatologia'],
  ['eva-prado', 'Eva Prado', 'Ortopedia'],
  ['caio-melo', 'Caio Melo', 'Pediatria'],
  ['lia-nunes', 'Lia Nunes', 'Neurologia'],
  ['davi-reis', 'Davi Reis', 'Urologia'],
] as const;

export interface Bookings {
  booked: number;
  notBooked: number;
  /** `confirm_appointment`, from the call to its answer. */
  confirmMs: Spread;
  /** Finding, holding, reviewing and confirming together. */
  wholeMs: Spread;
}

/** A clinic of its own in `directory`, open from morning to evening, and its callers. */
export async function openBooker(directory: string) {
  const log = createLog('silent');
  const clock = createClock();
  const metrics = createMetrics();
  await mkdir(directory, { recursive: true });
  const storage = await openStorage({
    kind: 'files',
    recordingsDirectory: join(directory, 'recordings'),
    appointmentsDirectory: join(directory, 'appointments'),
    dataDirectory: join(directory, 'data'),
    databaseUrl: undefined,
    log,
  });
  const clinic = openClinic();
  const codes = createVerificationCodes({
    send: async () => ({ outcome: 'sent' }),
    clock,
    log,
    metrics,
  });
  const shared = { ...storage, codes, clock, log, metrics };
  const reception = createReception({ ...shared, clinics: [clinic] });
  let callers = 0;

  function begin() {
    callers += 1;
    const number = callers;
    const id = `bench-${number}`;
    const { tools } = reception.open({ clinic, id });
    const callerE164 = `+5588${900_000_000 + number}`;
    const context = {
      clinic,
      channel: 'voice',
      conversationId: id,
      positionMs: () => 42_000,
      callerE164,
    } as const;
    const toolbox = createToolbox({ tools, context, clock, log, metrics });
    let calls = 0;
    return {
      number,
      callerSpeaks: () => toolbox.startTurn(),
      async use(name: string, args: object): Promise<Answer> {
        calls += 1;
        const call = { callId: `${id}-${calls}`, name, argumentsJson: JSON.stringify(args) };
        return JSON.parse((await toolbox.run(call)).output) as Answer;
      },
    };
  }

  /** @returns how long confirming took, µs; nothing when it did not come to that */
  async function book(): Promise<number | undefined> {
    const { number, use, callerSpeaks } = begin();
    const [, practitioner] = doctors[number % doctors.length] ?? doctors[0];
    const found = await use('find_slots', { service: 'consulta', practitioner });
    const held = await use('hold_slots', { slots: [found.slots?.[0]?.slot] });
    if (!held.ok) return undefined;
    const identity = { patient_name: `Maria ${lettersOf(number)}`, birth_date: '12/03/1985' };
    const reviewed = await use('review_appointment', identity);
    if (!reviewed.ok) throw new Error(reviewed.message);
    callerSpeaks();
    const began = nowUs();
    const confirmed = await use('confirm_appointment', {});
    return confirmed.ok ? nowUs() - began : undefined;
  }

  async function run(seconds: number): Promise<Bookings> {
    for (let i = 0; i < warmUps; i += 1) await book();
    const confirmUs = createHistogram();
    const wholeUs = createHistogram();
    let notBooked = 0;
    const bookings: Promise<void>[] = [];
    const startedAtUs = nowUs();
    for (let i = 0; i < seconds * perSecond; i += 1) {
      const dueUs = startedAtUs + (i * 1_000_000) / perSecond;
      const waitMs = (dueUs - nowUs()) / 1_000;
      if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
      const began = nowUs();
      bookings.push(
        book().then((tookUs) => {
          if (tookUs === undefined) notBooked += 1;
          else {
            confirmUs.record(Math.max(1, Math.round(tookUs)));
            wholeUs.record(Math.max(1, Math.round(nowUs() - began)));
          }
        }),
      );
    }
    await Promise.all(bookings);
    const booked = confirmUs.count;
    return { booked, notBooked, confirmMs: spreadOf(confirmUs), wholeMs: spreadOf(wholeUs) };
  }

  return { book, run, close: () => storage.close() };
}

interface Answer {
  ok: boolean;
  message: string;
  slots?: { slot: string }[];
}

function openClinic(): ClinicProfile {
  const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
  return clinicSchema.parse({
    id: 'constante',
    name: 'Clínica Constante',
    timeZone: 'America/Fortaleza',
    state: 'CE',
    openingHours: [{ days, from: '06:00', to: '22:00' }],
    practitioners: doctors.map(([id, name, specialty]) => ({
      id,
      name,
      specialties: [specialty],
      schedules: [{ kind: 'weekly', days, byAppointedTime: true }],
      consultations: [{ id: 'consulta', name: 'Consulta', priceReais: 200, durationMinutes: 15 }],
    })),
  });
}

/** A name of letters for each number. */
export function lettersOf(number: number): string {
  return [...String(number)].map((digit) => 'bcdfghjklm'[Number(digit)]).join('a');
}
