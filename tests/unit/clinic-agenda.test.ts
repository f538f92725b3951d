import { beforeAll, describe, expect, it } from 'vitest';
import {
  type Bookable,
  bookablesOf,
  type ClinicAgenda,
  createClinicAgenda,
  findBookables,
} from '../../src/agent/clinic-agenda.ts';
import { clinicSchema } from '../../src/agent/clinic-profile.ts';
import { createId } from '../../src/platform/id.ts';
import { wallTimeOf } from '../../src/scheduling/wall-time.ts';
import { createMemoryScheduleStore } from '../../src/storage/memory-schedule-store.ts';
import { shippedClinic } from '../support/agent-fixtures.ts';

const zone = 'America/Fortaleza';
/** A Thursday, ten in the morning. */
const now = Date.parse('2026-11-26T10:00-03:00');

let aurora: ClinicAgenda;
beforeAll(async () => {
  aurora = createClinicAgenda(await shippedClinic('aurora'), createMemoryScheduleStore());
});

function agendaOf(more: object, store = createMemoryScheduleStore()): ClinicAgenda {
  const clinic = clinicSchema.parse({ id: 'teste', name: 'Teste', timeZone: zone, ...more });
  return createClinicAgenda(clinic, store);
}

function bookable({ bookables }: ClinicAgenda, id: string): Bookable {
  const found = bookables.find((one) => one.id === id);
  if (!found) throw new Error(`no ${id} among ${bookables.map((one) => one.id).join()}`);
  return found;
}

/** `12-06 13:00` of the free times in a range of days. */
async function times(agenda: ClinicAgenda, id: string, from: string, to = from, nowMs = now) {
  const { plan } = bookable(agenda, id);
  const found = await agenda.booking.find({ plan, range: { from, to }, limit: 50 }, nowMs);
  if (found.outcome !== 'found') return found.outcome;
  return found.slots.map(({ startMs }) => {
    const { date, time } = wallTimeOf(startMs, zone);
    return `${date.slice(5)} ${time}`;
  });
}

/** Books a time; what was answered. */
async function book(agenda: ClinicAgenda, id: string, at: string) {
  const { plan } = bookable(agenda, id);
  const startMs = Date.parse(`2026-${at.replace(' ', 'T')}-03:00`);
  const reservation = createId();
  const request = {
    id: reservation,
    key: reservation,
    holder: 'call',
    visits: [{ plan, startMs }],
  };
  const held = await agenda.booking.hold(request, now);
  return held.outcome;
}

const workdays = ['mon', 'tue', 'wed', 'thu', 'fri'];
const ana = {
  id: 'ana',
  name: 'Ana Lima',
  specialties: ['Clínica geral'],
  schedules: [{ kind: 'weekly', days: ['mon'], at: '14:00', places: 2 }],
  consultations: [{ id: 'consulta', name: 'Consulta', priceReais: 100 }],
};
const mondayAlone = [
  { kind: 'weekly', days: ['mon'], at: '14:00', until: '14:30', byAppointedTime: true },
];
const hours = [{ days: workdays, from: '08:00', to: '12:00' }];

describe('everything that Aurora offers', () => {
  it('can be booked: 13 professionals, 14 exams, 13 ultrasounds, three tests of the heel', () => {
    const offered = bookablesOf(aurora.clinic).map(({ serviceId, practitionerId, priceCentavos }) =>
      [serviceId, practitionerId?.split('-')[0] ?? 'equipe', (priceCentavos ?? 0) / 100].join(' '),
    );
    expect(offered).toEqual([
      'mamografia alvaro 100',
      'ecocardiograma alvaro 230',
      'endoscopia alvaro 300',
      'ultrassonografia/tireoide-cervical alvaro 130',
      'ultrassonografia/tireoide-cervical beatriz 130',
      'ultrassonografia/abdominal-total alvaro 150',
      'ultrassonografia/transvaginal alvaro 150',
      'ultrassonografia/transvaginal beatriz 130',
      'ultrassonografia/obstetrica alvaro 130',
      'ultrassonografia/pelvica alvaro 130',
      'ultrassonografia/pelvica beatriz 130',
      'ultrassonografia/prostata beatriz 130',
      'ultrassonografia/mama alvaro 130',
      'ultrassonografia/mama beatriz 130',
      'ultrassonografia/inguinal alvaro 130',
      'ultrassonografia/rins-vias-urinarias alvaro 130',
      'ultrassonografia/rins-vias-urinarias beatriz 130',
      'ultrassonografia/doppler-venoso-1-membro alvaro 350',
      'ultrassonografia/doppler-venoso-2-membros alvaro 600',
      'ultrassonografia/doppler-arterial-1-membro alvaro 350',
      'ultrassonografia/doppler-arterial-2-membros alvaro 600',
      'eletrocardiograma equipe 100',
      'toxicologico equipe 150',
      'teste-linguinha equipe 80',
      'teste-olhinho equipe 150',
      'teste-orelhinha equipe 100',
      'teste-pezinho/basico equipe 80',
      'teste-pezinho/plus equipe 180',
      'teste-pezinho/master equipe 280',
      'baciloscopia-hanseniase equipe 80',
      'videolaringoscopia equipe 250',
      'prevencao equipe 100',
      'colposcopia equipe 300',
      'alvaro-quintela/consulta alvaro 250',
      'cecilia-lins/consulta cecilia 300',
      'daniela-ramalho/consulta daniela 250',
      'eduardo-bastos/consulta eduardo 250',
      'fernanda-torres/consulta fernanda 200',
      'fernanda-torres/pre-natal fernanda 150',
      'fernanda-torres/consulta-prevencao fernanda 250',
      'fernanda-torres/consulta-colposcopia fernanda 300',
      'gustavo-facanha/consulta gustavo 200',
      'henrique-pires/consulta henrique 250',
      'ivan-prado/consulta ivan 130',
      'ivan-prado/sessao ivan 80',
      'juliana-brandao/consulta juliana 130',
      'juliana-brandao/sessao juliana 80',
      'karina-fontenele/consulta karina 300',
      'leandro-castro/consulta leandro 300',
      'marcelo-vidal/consulta marcelo 300',
    ]);
  });

  it('falls on the days and times of the catalogue', async () => {
    const next = async (id: string) => {
      const found = await times(aurora, id, '2026-11-26', '2027-03-31');
      return typeof found === 'string' ? found : found.slice(0, 2);
    };
    expect(await next('alvaro-quintela/consulta@alvaro-quintela')).toEqual([
      '12-01 14:00',
      '12-16 14:00',
    ]);
    expect(await next('cecilia-lins/consulta@cecilia-lins')).toEqual([
      '12-09 09:00',
      '01-09 09:00',
    ]);
    expect(await next('ultrassonografia/mama@alvaro-quintela')).toEqual([
      '11-27 09:00',
      '12-04 09:00',
    ]);
    expect(await next('ultrassonografia/mama@beatriz-sales')).toEqual([
      '11-26 14:00',
      '11-30 14:00',
    ]);
    expect(await next('leandro-castro/consulta@leandro-castro')).toEqual([
      '11-28 07:00',
      '11-28 07:40',
    ]);
    expect(await next('mamografia@alvaro-quintela')).toEqual(['03-08 08:00']);
    expect(await next('toxicologico@team')).toEqual(['11-27 06:00', '11-30 06:00']);
    expect(await next('endoscopia@alvaro-quintela')).toBe('closed');
  });

  it('says what to bring, to prepare and to show, and how early to come', () => {
    expect(bookable(aurora, 'videolaringoscopia@team').requires).toEqual(['solicitação médica']);
    expect(bookable(aurora, 'colposcopia@team').preparation).toHaveLength(3);
    expect(bookable(aurora, 'toxicologico@team').bring).toEqual(['CNH']);
    const psychologist = bookable(aurora, 'ivan-prado/sessao@ivan-prado');
    expect(psychologist).toMatchObject({
      arriveMinutesBefore: 5,
      serviceName: 'Sessão de Psicologia',
      practitionerName: 'Dr. Ivan Lucena Prado',
    });
  });

  it('keeps the same plans, so that what is worked out once is found again', () => {
    const [first] = aurora.bookables;
    expect(bookable(aurora, first?.id ?? '').plan).toBe(first?.plan);
  });
});

describe('a caller’s words', () => {
  const found = (service: string, practitioner?: string) => {
    const match = findBookables(aurora, { service, practitioner });
    if ('bookables' in match) return `${match.outcome}: ${match.bookables.map(({ id }) => id)}`;
    return `${match.outcome}: ${'options' in match ? match.options : match.closest}`;
  };

  it.each([
    ['cardiologista', '', 'found: alvaro-quintela/consulta@alvaro-quintela'],
    ['consulta com o doutor Álvaro', '', 'found: alvaro-quintela/consulta@alvaro-quintela'],
    ['consulta', 'dr. Álvaro', 'found: alvaro-quintela/consulta@alvaro-quintela'],
    ['exame de otorrino', '', 'found: eduardo-bastos/consulta@eduardo-bastos'],
    [
      'ultrassom de mama',
      '',
      'found: ultrassonografia/mama@alvaro-quintela,ultrassonografia/mama@beatriz-sales',
    ],
    ['ultrassom de mama', 'doutora Beatriz', 'found: ultrassonografia/mama@beatriz-sales'],
    [
      'ultrassom do abdome total',
      'Beatriz',
      'other-practitioner: ultrassonografia/abdominal-total@alvaro-quintela',
    ],
    [
      'consulta',
      'psicólogo',
      'found: ivan-prado/consulta@ivan-prado,juliana-brandao/consulta@juliana-brandao',
    ],
    ['teste do pezinho plus', '', 'found: teste-pezinho/plus@team'],
    [
      'pezinho',
      '',
      'ambiguous-service: Teste do pezinho (básico),Teste do pezinho (plus),Teste do pezinho (master)',
    ],
    ['neurologista', '', 'unknown-service: '],
    ['consulta', 'doutor Fulano', 'unknown-practitioner: '],
  ])('“%s” and “%s” for the person: %s', (service, practitioner, expected) => {
    expect(found(service, practitioner || undefined)).toBe(expected);
  });

  it('for a consultation with somebody who gives none are asked back with what that one does', () => {
    const match = findBookables(aurora, { service: 'consulta', practitioner: 'Beatriz' });
    expect(match).toMatchObject({ outcome: 'ambiguous-service' });
    expect('options' in match && match.options).toHaveLength(6);
  });
});

describe('a day', () => {
  it('that a rule gives holds although the clinic is closed that weekday', async () => {
    // Every 15 days from 7 October: a Sunday.
    const id = 'gustavo-facanha/consulta@gustavo-facanha';
    expect(await times(aurora, id, '2026-12-06')).toEqual(['12-06 13:00']);
  });

  it('that is a holiday is closed also for who has a rule for it', async () => {
    const agenda = agendaOf({
      practitioners: [
        { ...ana, schedules: [{ kind: 'dates', dates: ['2026-12-25'], at: '14:00' }] },
      ],
    });
    expect(await times(agenda, 'ana/consulta@ana', '2026-12-25')).toBe('closed');
  });

  it.each([
    ['the state', { state: 'CE' }, '2027-03-25', 'closed'],
    [
      'the state, which the clinic does not keep',
      { state: 'CE', holidays: { state: false } },
      '2027-03-25',
      1,
    ],
    [
      'the country, which the clinic does not keep',
      { holidays: { national: false } },
      '2026-12-25',
      1,
    ],
    [
      'the town',
      { holidays: { municipal: [{ date: '12-08', name: 'Padroeira' }] } },
      '2026-12-08',
      'closed',
    ],
  ])('that is a holiday of %s', async (_, more, date, expected) => {
    const agenda = agendaOf({
      ...more,
      practitioners: [{ ...ana, schedules: [{ kind: 'dates', dates: [date], at: '14:00' }] }],
    });
    const nowMs = Date.parse(`${date}T06:00-03:00`);
    const found = await times(agenda, 'ana/consulta@ana', date, date, nowMs);
    expect(typeof found === 'string' ? found : found.length).toBe(expected);
  });

  it('that the clinic names as closed is closed for everybody, of one person only for that one', async () => {
    const bia = { ...ana, id: 'bia', name: 'Bia Lima' };
    const agenda = agendaOf({
      practitioners: [ana, bia],
      exceptions: [
        { from: '2026-11-30', closed: true, practitioner: 'ana' },
        { from: '2026-12-07', to: '2026-12-14', closed: true },
      ],
    });
    const range = ['2026-11-27', '2026-12-21'] as const;
    expect(await times(agenda, 'ana/consulta@ana', ...range)).toEqual(['12-21 14:00']);
    expect(await times(agenda, 'bia/consulta@bia', ...range)).toEqual([
      '11-30 14:00',
      '12-21 14:00',
    ]);
  });

  it('with other hours keeps what lies within them, and who would come earlier comes when they begin', async () => {
    const open = (from: string, to: string, practitioner?: string) =>
      agendaOf({
        openingHours: hours,
        practitioners: [ana],
        exceptions: [{ from: '2026-11-30', hours: [{ from, to }], practitioner }],
      });
    const at = (agenda: ClinicAgenda) => times(agenda, 'ana/consulta@ana', '2026-11-30');
    expect(await at(open('13:00', '16:00'))).toEqual(['11-30 14:00']);
    expect(await at(open('08:00', '13:00'))).toBe('closed');
    expect(await at(open('15:00', '18:00', 'ana'))).toEqual(['11-30 15:00']);
  });

  it('on which the clinic opens all the same is no holiday', async () => {
    const agenda = agendaOf({
      services: [
        {
          id: 'coleta',
          name: 'Coleta',
          schedules: [{ kind: 'weekly', days: ['fri'], byAppointedTime: true }],
        },
      ],
      openingHours: hours,
      exceptions: [{ from: '2026-12-25', hours: [{ from: '09:00', to: '10:00' }] }],
    });
    expect(await times(agenda, 'coleta@team', '2026-12-25')).toEqual([
      '12-25 09:00',
      '12-25 09:30',
    ]);
  });

  it('that is announced can be booked; until one is, there is the waiting list', async () => {
    const endoscopy = (announced?: string[]) =>
      agendaOf({
        services: [
          {
            id: 'endoscopia',
            name: 'Endoscopia',
            schedules: [{ kind: 'monthly', at: '08:00', announced }],
          },
        ],
      });
    expect(bookable(endoscopy(), 'endoscopia@team').awaitsAnnouncement).toBe(true);
    const known = endoscopy(['2026-12-10']);
    expect(bookable(known, 'endoscopia@team').awaitsAnnouncement).toBe(false);
    expect(await times(known, 'endoscopia@team', '2026-11-27', '2027-01-31')).toEqual([
      '12-10 08:00',
    ]);
  });
});

describe('places', () => {
  it('of who is seen in order of arrival are as many as the rule says, else as the clinic says', async () => {
    const agenda = agendaOf({
      booking: { arrivalPlaces: 1 },
      practitioners: [
        ana,
        {
          ...ana,
          id: 'bia',
          name: 'Bia',
          schedules: [{ kind: 'weekly', days: ['mon'], at: '14:00' }],
        },
      ],
    });
    const outcomes = [];
    for (let i = 0; i < 3; i += 1)
      outcomes.push(await book(agenda, 'ana/consulta@ana', '11-30 14:00'));
    expect(outcomes).toEqual(['held', 'held', 'capacity-full']);
    expect(await book(agenda, 'bia/consulta@bia', '11-30 14:00')).toBe('held');
    expect(await book(agenda, 'bia/consulta@bia', '11-30 14:00')).toBe('slot-taken');
  });

  it('of one practitioner are shared by everything that is done at that time', async () => {
    const twoKinds = [...ana.consultations, { id: 'retorno', name: 'Retorno', priceReais: 0 }];
    const agenda = agendaOf({ practitioners: [{ ...ana, consultations: twoKinds }] });
    expect(await book(agenda, 'ana/consulta@ana', '11-30 14:00')).toBe('held');
    expect(await book(agenda, 'ana/retorno@ana', '11-30 14:00')).toBe('held');
    expect(await book(agenda, 'ana/retorno@ana', '11-30 14:00')).toBe('capacity-full');
  });

  it('of a team are its capacity at each time', async () => {
    const estrategia = createClinicAgenda(
      await shippedClinic('estrategia'),
      createMemoryScheduleStore(),
    );
    const outcomes = [];
    for (let i = 0; i < 3; i += 1)
      outcomes.push(await book(estrategia, 'reuniao@team', '11-30 09:00'));
    expect(outcomes).toEqual(['held', 'held', 'capacity-full']);
    expect(await book(estrategia, 'reuniao@team', '11-30 09:30')).toBe('off-grid');
    expect(await book(estrategia, 'reuniao@team', '11-30 10:00')).toBe('held');
  });

  it('by appointed time end when every room is taken', async () => {
    const own = {
      kind: 'weekly',
      days: ['mon'],
      at: '08:00',
      until: '10:00',
      byAppointedTime: true,
    };
    const one = (id: string) => ({
      ...ana,
      id,
      name: id,
      schedules: [own],
      consultations: [
        { id: 'consulta', name: 'Consulta', priceReais: 100, rooms: ['sala-1', 'sala-2'] },
      ],
    });
    const agenda = agendaOf({
      rooms: [
        { id: 'sala-1', name: 'Sala 1' },
        { id: 'sala-2', name: 'Sala 2' },
      ],
      practitioners: [one('ana'), one('bia'), one('cris')],
    });
    expect(await book(agenda, 'ana/consulta@ana', '11-30 08:00')).toBe('held');
    expect(await book(agenda, 'bia/consulta@bia', '11-30 08:00')).toBe('held');
    expect(await book(agenda, 'cris/consulta@cris', '11-30 08:00')).toBe('slot-taken');
    expect(await times(agenda, 'cris/consulta@cris', '2026-11-30')).toEqual([
      '11-30 08:30',
      '11-30 09:00',
      '11-30 09:30',
    ]);
  });
});

describe('two clinics of one server', () => {
  it('take nothing from each other, although both have an Ana', async () => {
    const store = createMemoryScheduleStore();
    const one = agendaOf({ practitioners: [{ ...ana, schedules: mondayAlone }] }, store);
    const other = agendaOf({ id: 'outra', practitioners: one.clinic.practitioners }, store);
    expect(await book(one, 'ana/consulta@ana', '11-30 14:00')).toBe('held');
    expect(await times(one, 'ana/consulta@ana', '2026-11-30')).toBe('slot-taken');
    expect(await times(other, 'ana/consulta@ana', '2026-11-30')).toEqual(['11-30 14:00']);
  });
});

describe('a service that several people do', () => {
  it('falls on the days of each, and of everybody where the rule names nobody', async () => {
    const bia = { ...ana, id: 'bia', name: 'Bia', consultations: [] };
    const agenda = agendaOf({
      practitioners: [ana, bia],
      services: [
        {
          id: 'curativo',
          name: 'Curativo',
          schedules: [
            { kind: 'weekly', days: ['tue'], at: '09:00', practitioner: 'ana' },
            { kind: 'weekly', days: ['fri'], at: '10:00' },
          ],
          offers: [
            { practitioner: 'ana', priceReais: 50 },
            { practitioner: 'bia', priceReais: 40 },
          ],
        },
        { id: 'laudo', name: 'Laudo', offers: [{ practitioner: 'ana', priceReais: 20 }] },
      ],
    });
    const week = ['2026-11-30', '2026-12-06'] as const;
    expect(await times(agenda, 'curativo@ana', ...week)).toEqual(['12-01 09:00', '12-04 10:00']);
    expect(await times(agenda, 'curativo@bia', ...week)).toEqual(['12-04 10:00']);
    // Without days of its own: when that person is there.
    expect(await times(agenda, 'laudo@ana', ...week)).toEqual(['11-30 14:00']);
  });
});
