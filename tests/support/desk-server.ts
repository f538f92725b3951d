import fastify from 'fastify';
import { createClinicAgenda } from '../../src/agent/clinic-agenda.ts';
import type { ClinicProfile } from '../../src/agent/clinic-profile.ts';
import { type DialHours, parseDialHours } from '../../src/call/dial-hours.ts';
import { createDialPermission } from '../../src/call/dial-permission.ts';
import { deskRoutes } from '../../src/console/desk-routes.ts';
import { createId } from '../../src/platform/id.ts';
import { createLog } from '../../src/platform/log.ts';
import { answerProblems } from '../../src/platform/problem.ts';
import { createMemoryCalendarFeedStore } from '../../src/storage/memory-calendar-feed-store.ts';
import { createMemoryCallStore } from '../../src/storage/memory-call-store.ts';
import { bookingDesk, smallClinic } from './booking-desk.ts';
import { listTown } from './call-list-town.ts';
import { createFakeAccess } from './console-access.ts';
import { memoryStores } from './identity-desk.ts';

/** What a route answered; `body` is whatever JSON came. */
export interface DeskReply {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests look at what they expect
  body: any;
  text: string;
  headers: Record<string, unknown>;
}

/** Somebody whom the small clinic can book, as staff type them. */
export const typedMaria = {
  name: 'Maria da Silva',
  birthDate: '1985-03-12',
  rg: '20.010.020-03',
  cpf: '',
  address: '',
  phone: '(88) 99999-8888',
  email: '',
  notes: '',
};

/** The front desk's routes over memory, beside a clinic in which callers book; Thursday 2026-11-26, ten o'clock. */
export async function deskServer(options: { clinics?: ClinicProfile[] } = {}) {
  const clinics = options.clinics ?? [smallClinic()];
  const [clinic = smallClinic()] = clinics;
  const stores = memoryStores();
  const desk = bookingDesk(clinic, stores);
  const { clock } = desk;
  const access = createFakeAccess('admin');
  const hours = parseDialHours('mon-sun 00:00-24:00, hol 00:00-24:00') as DialHours;
  const town = listTown({
    clock,
    permission: createDialPermission({
      clinics,
      callerNumber: undefined,
      rules: { allowedCountries: ['55'] },
      hours,
      optOuts: { has: () => false },
      isHoliday: () => false,
    }),
  });
  const agendas = new Map(clinics.map((one) => [one.id, createClinicAgenda(one, stores.schedule)]));
  const calls = createMemoryCallStore();
  const readings: { id: string; ip: string }[] = [];
  const logged: string[] = [];
  const server = fastify();
  const log = createLog('debug', { write: (line: string) => void logged.push(line) });
  answerProblems(server, log);
  await deskRoutes(server, {
    ...stores,
    access,
    agendaOf: (id) => agendas.get(id),
    outbound: town.outbound,
    lists: town.lists,
    calls,
    optOuts: town.optOuts,
    calendarFeeds: createMemoryCalendarFeedStore(),
    publicUrl: () => 'https://clinica.example',
    noteReading: async ({ id }, ip) => void readings.push({ id, ip }),
    clock,
    log,
    pause: async () => undefined,
  });

  async function ask(
    method: 'GET' | 'POST' | 'DELETE',
    url: string,
    payload?: object | string,
    headers: Record<string, string> = {},
  ): Promise<DeskReply> {
    const answer = await server.inject({
      method,
      url,
      headers,
      ...(payload === undefined ? {} : { payload }),
    });
    const { statusCode: status, body: text } = answer;
    const isJson = String(answer.headers['content-type']).includes('json');
    return { status, text, body: isJson ? JSON.parse(text) : undefined, headers: answer.headers };
  }

  /** Free times of something on a day. */
  async function slots(bookable: string, from: string, days = 1) {
    const query = new URLSearchParams({ clinic: clinic.id, bookable, from, days: String(days) });
    return (await ask('GET', `/console/api/agenda/slots?${query}`)).body.slots as {
      bookable: string;
      startMs: number;
      time: string;
      date: string;
    }[];
  }

  const book = (wish: object = {}) =>
    ask('POST', '/console/api/appointments', {
      clinic: clinic.id,
      key: createId(),
      patient: typedMaria,
      ...wish,
    });

  return {
    ...desk,
    ...stores,
    access,
    town,
    calls,
    clinic,
    readings,
    logged,
    server,
    ask,
    slots,
    book,
  };
}

export type DeskServer = Awaited<ReturnType<typeof deskServer>>;
