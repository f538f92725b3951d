import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type ClinicProfile,
  clinicSchema,
  scheduleSchema,
  toCentavos,
} from '../../src/agent/clinic-profile.ts';
import { shippedClinic } from '../support/agent-fixtures.ts';

const least = { id: 'minima', name: 'Clínica Mínima', timeZone: 'America/Sao_Paulo' };
const closed = { from: '2026-12-24', closed: true };
const accepts = (more: object) => clinicSchema.safeParse({ ...least, ...more }).success;

describe('a clinic profile', () => {
  it('needs only id, name and zone; the rest has defaults', () => {
    const clinic = clinicSchema.parse(least);
    expect(clinic.voice.voice).toBe('marin');
    expect(clinic.persona.agentName).toBe('Lia');
    expect(clinic.openingHours).toEqual([]);
    expect(clinic.booking).toEqual({
      noticeMinutes: 60,
      horizonDays: 180,
      holdMinutes: 3,
      arrivalPlaces: 10,
      defaultDurationMinutes: 30,
      openBookingsPerPerson: 2,
      patientData: { birthDate: 'required', rg: 'optional', cpf: 'optional', address: 'optional' },
    });
    expect(clinic.holidays).toEqual({ national: true, state: true, municipal: [] });
  });

  it.each([
    ['a field nobody knows', { colour: 'azul' }],
    ['a zone that does not exist', { timeZone: 'America/Aurora' }],
    ['an offset instead of a zone', { timeZone: '-03:00' }],
    ['a number that is not E.164', { numbers: ['88 3543-0000'] }],
    ['a state that does not exist', { state: 'XX' }],
    [
      'a transfer to the agent itself',
      {
        numbers: ['+558835430000'],
        transfers: [{ id: 'balcao', name: 'Balcão', number: '+558835430000' }],
      },
    ],
    [
      'a day that ends before it begins',
      { openingHours: [{ days: ['mon'], from: '18:00', to: '08:00' }] },
    ],
    [
      'a greeting that hides the machine',
      { persona: { greeting: 'Olá, é a Lia. Quer uma pessoa? Esta ligação pode ser gravada.' } },
    ],
    [
      'a greeting that hides the recording',
      { persona: { greeting: 'Olá, sou assistente virtual. Quer uma pessoa? Peça.' } },
    ],
    [
      'a greeting that hides that one may ask for a person',
      { persona: { greeting: 'Sou assistente virtual. Esta ligação pode ser gravada. Diga.' } },
    ],
    ['a price below zero', { services: [{ id: 'x1', name: 'X', offers: [{ priceReais: -1 }] }] }],
    [
      'a price with half a centavo',
      { services: [{ id: 'x1', name: 'X', offers: [{ priceReais: 1.005 }] }] },
    ],
    [
      'an offer of somebody unknown',
      { services: [{ id: 'x1', name: 'X', offers: [{ practitioner: 'ana', priceReais: 1 }] }] },
    ],
    [
      'two services with one id',
      {
        services: [
          { id: 'x1', name: 'X' },
          { id: 'x1', name: 'Y' },
        ],
      },
    ],
    [
      'a service with the id of a practitioner',
      {
        practitioners: [{ id: 'ana', name: 'Ana', specialties: ['Dança'] }],
        services: [{ id: 'ana', name: 'X' }],
      },
    ],
    ['a room that does not exist', { services: [{ id: 'x1', name: 'X', rooms: ['sala-9'] }] }],
    ['a town holiday on 30 February', { holidays: { municipal: [{ date: '02-30', name: 'X' }] } }],
    ['an exception of somebody unknown', { exceptions: [{ ...closed, practitioner: 'ana' }] }],
    ['an exception that says nothing', { exceptions: [{ from: '2026-12-24' }] }],
    [
      'an exception that is closed and open',
      { exceptions: [{ ...closed, hours: [{ from: '08:00', to: '09:00' }] }] },
    ],
    ['an exception that ends before it begins', { exceptions: [{ ...closed, to: '2026-12-23' }] }],
    ['an exception longer than a year', { exceptions: [{ ...closed, to: '2028-01-01' }] }],
    ['a transfer to no number', { transfers: [{ id: 'rh', name: 'RH', number: 'ramal 2' }] }],
    ['patient data that are perhaps asked', { booking: { patientData: { rg: 'maybe' } } }],
  ])('is refused with %s', (_, more) => {
    expect(accepts(more)).toBe(false);
  });

  it.each([
    ['a time without a day of months', { kind: 'monthly', at: '08:00' }, true],
    ['appointed times alone', { kind: 'weekly', days: ['sat'], byAppointedTime: true }, true],
    ['neither hour nor appointed time', { kind: 'weekly', days: ['sat'] }, false],
    ['the thirtieth of February', { kind: 'dates', dates: ['2026-02-30'], at: '08:00' }, false],
    ['half past twenty-five', { kind: 'weekly', days: ['mon'], at: '25:30' }, false],
    [
      'a window that closes before it opens',
      { kind: 'window', days: ['mon'], from: '09:00', to: '06:00' },
      false,
    ],
    ['a rule nobody knows', { kind: 'yearly', at: '08:00' }, false],
    ['announced days', { kind: 'monthly', at: '08:00', announced: ['2026-12-10'] }, true],
    [
      'announced days beside a day of its own',
      { kind: 'monthly', day: 9, at: '08:00', announced: ['2026-12-10'] },
      false,
    ],
    ['places in order of arrival', { kind: 'weekly', days: ['mon'], at: '08:00', places: 5 }, true],
    [
      'places where each has an own time',
      { kind: 'weekly', days: ['mon'], byAppointedTime: true, places: 5 },
      false,
    ],
  ])('a schedule with %s', (_, schedule, accepted) => {
    expect(scheduleSchema.safeParse(schedule).success).toBe(accepted);
  });

  it('gives every price with up to two decimals as whole centavos', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1_000_000 }), (centavos) => {
        const priceReais = Number((centavos / 100).toFixed(2));
        expect(accepts({ services: [{ id: 'x1', name: 'X', offers: [{ priceReais }] }] })).toBe(
          true,
        );
        expect(toCentavos(priceReais)).toBe(centavos);
      }),
    );
  });
});

/** `who price` of every way to get a service, in the order of the file. */
function offersOf(clinic: ClinicProfile, id: string): string[] {
  const service = clinic.services.find((one) => one.id === id);
  const name = (who: string | undefined) =>
    clinic.practitioners.find((one) => one.id === who)?.name.split(' ')[0] ?? 'equipe';
  const say = (offers: { practitioner?: string | undefined; priceReais: number }[]) =>
    offers.map(({ practitioner, priceReais }) => `${name(practitioner)} ${priceReais}`).join(' ');
  return service?.variants.length
    ? service.variants.map((variant) => `${variant.id}: ${say(variant.offers)}`)
    : [say(service?.offers ?? [])];
}

describe('the catalogue of clinics/aurora.yaml', () => {
  it('has the 13 professionals with specialty, rule and prices', async () => {
    const { practitioners } = await shippedClinic('aurora');
    const rows = practitioners.map(
      ({ specialties, schedules, consultations, bring, arriveMinutesBefore }) => {
        const prices = consultations.map(
          ({ id, priceReais, returnVisitIncluded }) =>
            `${id} ${priceReais}${returnVisitIncluded ? '+retorno' : ''}`,
        );
        const rule = schedules.map((schedule) => {
          const hour = schedule.kind === 'window' ? '' : (schedule.at ?? 'hora marcada');
          if (schedule.kind === 'every-n-days')
            return `${schedule.n} dias de ${schedule.from} ${hour}`;
          if (schedule.kind === 'monthly') return `mensal ${schedule.day} ${hour}`;
          return schedule.kind === 'weekly' ? `${schedule.days.join('+')} ${hour}` : schedule.kind;
        });
        const extras = [
          ...bring,
          ...(arriveMinutesBefore ? [`${arriveMinutesBefore} min antes`] : []),
        ];
        return [specialties.join('+'), ...rule, ...prices, ...extras].join('; ');
      },
    );
    expect(rows).toEqual([
      'Cardiologia; 15 dias de 2026-11-01 14:00; consulta 250+retorno; exames recentes',
      'Ultrassonografia; mon+thu 14:00',
      'Endocrinologia; mensal 9 09:00; consulta 300+retorno; exames recentes',
      'Pediatria; 15 dias de 2026-10-30 hora marcada; consulta 250+retorno; cartão de vacina',
      'Otorrinolaringologia; mensal 17 08:00; consulta 250+retorno; exames recentes',
      'Ginecologia+Obstetrícia; mensal 13 09:00; consulta 200; pre-natal 150; consulta-prevencao 250; consulta-colposcopia 300; cartão de vacina',
      'Ortopedia; 15 dias de 2026-10-07 13:00; consulta 200+retorno; exames recentes',
      'Dermatologia; 15 dias de 2026-10-07 15:00; consulta 250+retorno; exames recentes',
      'Psicologia; tue 08:00; consulta 130; sessao 80; 5 min antes',
      'Psicologia; sat 07:00; consulta 130; sessao 80; 5 min antes',
      'Psiquiatria; mensal 17 hora marcada; consulta 300; 5 min antes',
      'Psiquiatria; sat hora marcada; consulta 300; 5 min antes',
      'Psiquiatria; tue hora marcada; consulta 300; 5 min antes',
    ]);
  });

  it('has the 14 exams with who does them and for how much', async () => {
    const clinic = await shippedClinic('aurora');
    const rows = clinic.services.map(({ id }) => [
      id,
      offersOf(clinic, id).length,
      offersOf(clinic, id)[0],
    ]);
    expect(rows).toEqual([
      ['mamografia', 1, 'Álvaro 100'],
      ['ecocardiograma', 1, 'Álvaro 230'],
      ['endoscopia', 1, 'Álvaro 300'],
      ['ultrassonografia', 13, 'tireoide-cervical: Álvaro 130 Beatriz 130'],
      ['eletrocardiograma', 1, 'equipe 100'],
      ['toxicologico', 1, 'equipe 150'],
      ['teste-linguinha', 1, 'equipe 80'],
      ['teste-olhinho', 1, 'equipe 150'],
      ['teste-orelhinha', 1, 'equipe 100'],
      ['teste-pezinho', 3, 'basico: equipe 80'],
      ['baciloscopia-hanseniase', 1, 'equipe 80'],
      ['videolaringoscopia', 1, 'equipe 250'],
      ['prevencao', 1, 'equipe 100'],
      ['colposcopia', 1, 'equipe 300'],
    ]);
    expect(offersOf(clinic, 'ultrassonografia')).toEqual([
      'tireoide-cervical: Álvaro 130 Beatriz 130',
      'abdominal-total: Álvaro 150',
      'transvaginal: Álvaro 150 Beatriz 130',
      'obstetrica: Álvaro 130',
      'pelvica: Álvaro 130 Beatriz 130',
      'prostata: Beatriz 130',
      'mama: Álvaro 130 Beatriz 130',
      'inguinal: Álvaro 130',
      'rins-vias-urinarias: Álvaro 130 Beatriz 130',
      'doppler-venoso-1-membro: Álvaro 350',
      'doppler-venoso-2-membros: Álvaro 600',
      'doppler-arterial-1-membro: Álvaro 350',
      'doppler-arterial-2-membros: Álvaro 600',
    ]);
    expect(offersOf(clinic, 'teste-pezinho')).toEqual([
      'basico: equipe 80',
      'plus: equipe 180',
      'master: equipe 280',
    ]);
  });

  it('has what to bring, to prepare and to show, and the suggested ages', async () => {
    const { services } = await shippedClinic('aurora');
    const of = (id: string) => services.find((service) => service.id === id);
    expect(of('toxicologico')?.bring).toEqual(['CNH']);
    expect(of('videolaringoscopia')?.requires).toEqual(['solicitação médica']);
    expect(of('prevencao')?.preparation).toHaveLength(3);
    expect(of('colposcopia')?.preparation).toEqual(of('prevencao')?.preparation);
    expect(of('colposcopia')?.requires).toEqual(['resultado do exame preventivo']);
    expect(of('baciloscopia-hanseniase')?.preparation).toHaveLength(2);
    const ages = ['linguinha', 'olhinho', 'orelhinha', 'pezinho'].map(
      (test) => of(`teste-${test}`)?.suggestedAge?.withinDays,
    );
    expect(ages).toEqual([30, 30, 30, 8]);
  });
});
