import { describe, expect, it } from 'vitest';
import { parseClinic } from '../../src/agent/clinic-loader.ts';
import { newClinicText } from '../../src/console/new-clinic-text.ts';
import { newClinicForm } from '../support/new-clinic-form.ts';

const read = (change: Parameters<typeof newClinicForm>[0] = {}) =>
  parseClinic(newClinicText(newClinicForm(change)), 'nova');

describe('a clinic from a form', () => {
  it('is a file that the same check accepts, with numbers as people write them', () => {
    const { clinic, problems } = read();
    expect(problems).toEqual([]);
    expect(clinic).toMatchObject({
      id: 'vida-nova',
      name: 'Clínica Vida Nova',
      numbers: ['+558535550000', '+5585988880001'],
      whatsapp: { number: '+5585988880001' },
      practitioners: [
        {
          id: 'lucia-araujo-prado',
          title: 'Dra.',
          consultations: [{ id: 'consulta', priceReais: 180, durationMinutes: 30 }],
        },
      ],
      services: [{ id: 'eletrocardiograma', offers: [{ practitioner: 'lucia-araujo-prado' }] }],
    });
  });

  it('without an exam, a WhatsApp or a reception is whole too', () => {
    const { clinic, problems } = read({ service: null, whatsapp: '', reception: ' ' });
    expect(problems).toEqual([]);
    expect(clinic?.whatsapp).toBeUndefined();
  });

  it.each([
    ['a name that is empty', { name: ' ' }, /name: não pode ficar vazio/],
    ['an id with spaces', { id: 'Vida Nova' }, /id: letras minúsculas/],
    ['a number that is none', { numbers: ['123'] }, /numbers\[0\]: número em E\.164/],
    ['a zone that does not exist', { timeZone: 'America/Aurora' }, /timeZone: fuso horário/],
    [
      'a clinic that closes before it opens',
      { openingHours: [{ days: ['mon' as const], from: '18:00', to: '08:00' }] },
      /openingHours\[0\]\.to: depois de “from”/,
    ],
  ])('%s is refused in Portuguese, with its place', (_what, change, reason) => {
    expect(read(change).problems.join('\n')).toMatch(reason);
  });

  it('a price that is missing is told at the consultation and at the exam', () => {
    const { practitioner } = newClinicForm();
    const told = read({
      practitioner: { ...practitioner, consultationReais: null, name: '' },
      service: { name: 'Eletro', priceReais: null },
    }).problems.join('\n');
    expect(told).toContain('practitioners[0].consultations[0].priceReais: falta este campo');
    expect(told).toContain('practitioners[0].name: não pode ficar vazio');
    expect(told).toContain('services[0].offers[0].priceReais: falta este campo');
  });

  it('words that YAML would read as something else stay words', () => {
    const { clinic } = read({ name: 'Não: "Sim" # 1', city: 'yes', address: '0123' });
    expect(clinic).toMatchObject({ name: 'Não: "Sim" # 1', city: 'yes', address: '0123' });
  });
});
