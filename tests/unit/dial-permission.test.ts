import { describe, expect, it } from 'vitest';
import { type DialHours, parseDialHours } from '../../src/call/dial-hours.ts';
import { createDialPermission } from '../../src/call/dial-permission.ts';

const hours = parseDialHours('mon-fri 08:00-20:00') as DialHours;
const permission = createDialPermission({
  rules: { allowedCountries: ['55', '351'] },
  hours,
  optOuts: { has: (e164) => e164 === '+5588999990009' },
  isHoliday: (date) => date === '2026-11-27',
  clinics: [{ id: 'rio-branco', numbers: ['+556832230000'], timeZone: 'America/Rio_Branco' }],
  callerNumber: '+558835430000',
});
const ask = (to: string, at: string, clinicId = 'rio-branco') =>
  permission({ to, clinicId }, Date.parse(at));
const morning = '2026-11-26T10:00:00-03:00';

describe('a person', () => {
  it('may be rung on a weekday morning', () => {
    expect(ask('+5588999990002', morning)).toBeUndefined();
  });

  it.each([
    ['who is a clinic of ours', '+556832230000', 'own-number'],
    ['who is the number that calls', '+558835430000', 'own-number'],
    ['who has no number', '123', 'emergency-number'],
    ['who does not want to be contacted', '+5588999990009', 'opted-out'],
  ])('%s is not rung', (_, to, code) => {
    expect(ask(to, morning)).toMatchObject({ httpStatus: 422, code });
  });

  it('in the evening is told of by the next hour over there, past the holiday and the weekend', () => {
    const nextAllowedMs = Date.parse('2026-11-30T08:00:00-04:00');
    expect(ask('+5592999990002', '2026-11-26T21:30:00-03:00')).toEqual({
      httpStatus: 422,
      code: 'quiet-hours',
      message:
        'Fora do horário permitido para ligar para esta pessoa. O próximo começa em segunda-feira, 30/11, às 08:00 (hora de lá).',
      nextAllowedMs,
    });
  });

  it('abroad keeps the hours of the clinic that rings; of a clinic that is gone, those of São Paulo', () => {
    const at = '2026-11-26T08:30:00-03:00';
    expect(ask('+351912345678', at)).toMatchObject({ code: 'quiet-hours' });
    expect(ask('+351912345678', at, 'gone')).toBeUndefined();
  });
});
