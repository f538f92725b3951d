import { describe, expect, it } from 'vitest';
import { clinicPreview } from '../../src/agent/clinic-preview.ts';
import { clinicSchema } from '../../src/agent/clinic-profile.ts';
import { shippedClinic } from '../support/agent-fixtures.ts';

const least = { id: 'teste', name: 'Clínica Teste', timeZone: 'America/Fortaleza' };
const preview = (more: object) =>
  clinicPreview(clinicSchema.parse({ ...least, ...more }), '2026-12-01');

describe('who checks a clinic’s file', () => {
  it('sees the places of 30 days, the days that differ, and what is not offered and why', () => {
    const text = preview({
      openingHours: [{ days: ['mon'], from: '08:00', to: '10:00' }],
      exceptions: [{ from: '2026-12-14', to: '2026-12-28', closed: true, note: 'recesso' }],
      practitioners: [
        {
          id: 'ana',
          name: 'Ana Lima',
          title: 'Dra.',
          specialties: ['Pediatria'],
          schedules: [{ kind: 'weekly', days: ['mon'], byAppointedTime: true }],
          consultations: [
            { id: 'consulta', name: 'Consulta', priceReais: 79.9, durationMinutes: 40 },
          ],
        },
      ],
      services: [
        {
          id: 'coleta',
          name: 'Coleta',
          schedules: [{ kind: 'dates', dates: ['2026-12-02'], at: '07:00' }],
          offers: [{ priceReais: 30 }],
        },
        {
          id: 'natal',
          name: 'Exame de Natal',
          schedules: [{ kind: 'dates', dates: ['2026-12-25', '2027-09-01'], at: '07:00' }],
        },
        { id: 'sempre', name: 'Sem dia' },
        { id: 'mensal', name: 'Mensal', schedules: [{ kind: 'monthly', at: '08:00' }] },
      ],
    });
    expect(text).toBe(
      [
        'Clínica Teste: vagas de ter 01/12 a qua 30/12',
        '',
        '  dia        hora                       o quê                  com quem       vagas  preço',
        '  ---------  -------------------------  ---------------------  -------------  -----  --------',
        '  qua 02/12  07:00 por chegada          Coleta                 equipe         10     R$ 30',
        '  seg 07/12  08:00–10:00 a cada 40 min  Consulta de Pediatria  Dra. Ana Lima  3      R$ 79,90',
        '',
        'Dias diferentes:',
        '  seg 14/12 a seg 28/12: fechado, recesso',
        '',
        'Sem vaga neste período:',
        '  Exame de Natal: cai em dia ou hora sem atendimento: sex 25/12; próxima data 01/09/2027, além do prazo de 180 dias',
        '  Sem dia: o arquivo não diz os dias (“schedules”)',
        '  Mensal: espera a clínica divulgar o dia (“announced”)',
        '',
      ].join('\n'),
    );
  });

  it('reads one line for the forms of one exam, with the holiday that closes a day', async () => {
    const text = clinicPreview(await shippedClinic('aurora'), '2026-12-20');
    expect(text).toMatch(/Ultrassonografia \(12 tipos\) +Dr\. Álvaro .* 12 +R\$ 130 a R\$ 600/);
    expect(text).toMatch(/sex 25\/12: fechado, Natal/);
    expect(text).toMatch(/qui 24\/12: 06:00–12:00, véspera de Natal/);
    expect(text).toMatch(/Endoscopia, Dr\. Álvaro Menezes Quintela: espera a clínica/);
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThan(160);
  });
});
