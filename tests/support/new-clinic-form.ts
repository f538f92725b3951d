import type { NewClinicForm } from '../../src/console/clinic-list-view.ts';

export const newClinicNumber = '+5585988880001';

/** A clinic as an admin writes it down. */
export function newClinicForm(change: Partial<NewClinicForm> = {}): NewClinicForm {
  return {
    id: 'vida-nova',
    name: 'Clínica Vida Nova',
    address: 'Avenida Beira Rio, 10',
    city: 'Fortaleza',
    state: 'CE',
    timeZone: 'America/Fortaleza',
    numbers: ['(85) 3555-0000', '85 98888-0001', ''],
    whatsapp: '85 98888-0001',
    reception: '(85) 3555-0001',
    openingHours: [{ days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '08:00', to: '18:00' }],
    practitioner: {
      title: 'Dra.',
      name: 'Lúcia Araújo Prado',
      specialty: 'Cardiologia',
      days: ['mon', 'wed', 'fri'],
      from: '08:00',
      to: '12:00',
      durationMinutes: 30,
      consultationReais: 180,
    },
    service: { name: 'Eletrocardiograma', priceReais: 90 },
    ...change,
  };
}
