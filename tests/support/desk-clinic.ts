import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { createId } from '../../src/platform/id.ts';
import type { SignedInPerson } from './console-access.ts';

/** Thursday; the next day Ana and Bruno see people by appointed time, Bia in order of arrival. */
export const deskNow = '2026-11-26T10:00:00-03:00';
export const friday = '2026-11-27';
export const fridayAt = (time: string) => Date.parse(`${friday}T${time}:00-03:00`);

/** Replaces the shipped clinic by one with a full Friday. For `prepare` of a console's server. */
export async function prepareDeskClinic(directory: string): Promise<void> {
  const path = join(directory, 'clinics', 'aurora.yaml');
  const { id, name, timeZone, numbers, voice } = parse(await readFile(path, 'utf8')) as Record<
    string,
    unknown
  >;
  const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri'];
  const appointed = [
    { kind: 'weekly', days: weekdays, at: '08:00', until: '12:00', byAppointedTime: true },
  ];
  const clinic = {
    id,
    name,
    timeZone,
    numbers,
    state: 'CE',
    ...(voice ? { voice } : {}),
    openingHours: [{ days: weekdays, from: '07:00', to: '18:00' }],
    booking: { patientData: { birthDate: 'optional', rg: 'off', address: 'off' } },
    payment: { methods: ['cash', 'pix'] },
    rooms: [{ id: 'sala-1', name: 'Sala 1' }],
    exceptions: [
      { from: '2026-12-01', practitioner: 'bia-rocha', closed: true, note: 'congresso' },
    ],
    practitioners: [
      {
        id: 'ana-lima',
        name: 'Ana Lima',
        title: 'Dra.',
        specialties: ['Cardiologia'],
        schedules: appointed,
      },
      {
        id: 'bruno-reis',
        name: 'Bruno Reis',
        title: 'Dr.',
        specialties: ['Cardiologia'],
        schedules: appointed,
      },
      {
        id: 'bia-rocha',
        name: 'Bia Rocha',
        title: 'Dra.',
        specialties: ['Psicologia'],
        schedules: [{ kind: 'weekly', days: weekdays, at: '14:00', places: 6 }],
        consultations: [{ id: 'consulta', name: 'Consulta', priceReais: 130 }],
      },
      {
        id: 'caio-melo',
        name: 'Caio Melo',
        title: 'Dr.',
        specialties: ['Ortopedia'],
        schedules: [{ kind: 'weekly', days: ['mon'], at: '09:00' }],
        consultations: [{ id: 'consulta', name: 'Consulta', priceReais: 200 }],
      },
    ],
    services: [
      {
        id: 'cardio',
        name: 'Consulta de Cardiologia',
        durationMinutes: 30,
        rooms: ['sala-1'],
        offers: [
          { practitioner: 'ana-lima', priceReais: 250 },
          { practitioner: 'bruno-reis', priceReais: 230 },
        ],
      },
    ],
  };
  // JSON is YAML.
  await writeFile(path, JSON.stringify(clinic));
}

/** Books by the console's API. @returns the appointment's id */
export async function bookAt(
  person: SignedInPerson,
  wish: { bookable?: string; startMs?: number; name?: string; phone?: string; rg?: string } = {},
): Promise<string> {
  const {
    bookable = 'cardio@ana-lima',
    startMs = fridayAt('09:00'),
    name = 'Maria da Silva',
    phone = '88999998888',
    rg = '',
  } = wish;
  const typed = { birthDate: '1985-03-12', rg, cpf: '', address: '', email: '', notes: '' };
  const answer = await person.fetch('/console/api/appointments', {
    method: 'POST',
    body: JSON.stringify({
      clinic: 'aurora',
      key: createId(),
      slots: [{ bookable, startMs }],
      patient: { ...typed, name, phone },
    }),
  });
  const body = (await answer.json()) as { id?: string; error?: { message: string } };
  if (!body.id) throw new Error(`not booked: ${body.error?.message}`);
  return body.id;
}
