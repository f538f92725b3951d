import { Temporal } from 'temporal-polyfill';
import { describe, expect, it } from 'vitest';
import { clinicSchema } from '../../src/agent/clinic-profile.ts';
import { openingState, openStretches } from '../../src/agent/opening-hours.ts';

const days = ['mon', 'tue', 'wed', 'thu', 'fri'];
const clinic = clinicSchema.parse({
  id: 'teste',
  name: 'Teste',
  timeZone: 'America/Fortaleza',
  openingHours: [{ days, from: '08:00', to: '18:00' }],
  exceptions: [
    { from: '2026-12-24', hours: [{ from: '08:00', to: '12:00' }] },
    { from: '2026-12-28', to: '2026-12-31', closed: true },
  ],
});
const on = (date: string) => openStretches(clinic, Temporal.PlainDate.from(date));
const at = (time: string) =>
  openingState(clinic, Temporal.ZonedDateTime.from(`${time}[America/Fortaleza]`));

describe('the hours of a day', () => {
  it('are those of its weekday, but not on a holiday and not on a day with others', () => {
    expect(on('2026-12-23')).toEqual([{ from: '08:00', to: '18:00' }]);
    expect(on('2026-12-24')).toEqual([{ from: '08:00', to: '12:00' }]);
    expect(on('2026-12-25')).toEqual([]);
    expect(on('2026-12-29')).toEqual([]);
  });

  it('are told to a caller as they are on that day', () => {
    expect(at('2026-12-24T09:00')).toBe('A clínica está aberta agora e fecha ao meio-dia.');
    expect(at('2026-12-25T09:00')).toBe(
      'A clínica está fechada agora e abre segunda-feira, dia quatro de janeiro de dois mil e vinte e sete, às oito da manhã.',
    );
  });
});
