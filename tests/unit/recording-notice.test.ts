import { describe, expect, it } from 'vitest';
import { consentWording } from '../../src/agent/clinic-consent.ts';
import { clinicSchema } from '../../src/agent/clinic-profile.ts';
import { greetingFor } from '../../src/agent/persona.ts';
import { announcedConsent, holdsWording } from '../../src/agent/recording-notice.ts';

const clinicOf = (more: object = {}) =>
  clinicSchema.parse({ id: 'x1', name: 'Clínica X', timeZone: 'America/Fortaleza', ...more });

describe('a greeting', () => {
  it.each([
    ['with the standard notice', {}],
    [
      'with a notice in the clinic’s words',
      { consent: { wording: 'Nós gravamos as ligações.', wordingVersion: 'v2' } },
    ],
    ['with the standard question', { consent: { policy: 'question' } }],
    [
      'of the clinic’s own',
      {
        persona: {
          greeting:
            'Oi! Sou a assistente virtual; a equipe atende se pedir. A chamada é gravada, viu? Diga.',
        },
      },
    ],
    [
      'of the clinic’s own, with its question',
      {
        persona: { greeting: 'Oi! Sou a assistente virtual da X; a equipe atende se pedir.' },
        consent: { policy: 'question', wording: 'Posso gravar?', wordingVersion: 'v3' },
      },
    ],
  ])('%s says exactly what counts as heard', (_, more) => {
    const clinic = clinicOf(more);
    for (const direction of ['inbound', 'outbound'] as const) {
      const greeting = greetingFor({ clinic, direction });
      const announced = announcedConsent(clinic, direction);
      expect(holdsWording(greeting, announced)).toBe(true);
      const [before] = greeting.split(consentWording(announced).text);
      expect(before).not.toMatch(/grava/i);
    }
  });

  it('that asks ends with the question and announces no recording', () => {
    const clinic = clinicOf({ consent: { policy: 'question' } });
    for (const direction of ['inbound', 'outbound'] as const) {
      const greeting = greetingFor({ clinic, direction });
      expect(greeting).toMatch(/Posso gravar .* Sim ou não\?$/);
      expect(greeting).not.toMatch(/pode ser gravada/);
    }
  });
});

describe('the version of a notice', () => {
  const own = (greeting: string) =>
    announcedConsent(
      clinicOf({ persona: { greeting: `${greeting} Prefere um atendente? Peça.` } }),
      'inbound',
    );

  it('in a greeting of the clinic’s own is made of its words, and changes with them only', () => {
    const first = own('Oi! Assistente virtual. Esta chamada é gravada. Diga.');
    const same = own('Olá! Assistente virtual. Esta chamada é gravada. Pois não?');
    const other = own('Oi! Assistente virtual. Esta chamada será gravada. Diga.');
    expect(first.wordingVersion).toMatch(/^saudacao-[0-9a-f]{8}$/);
    expect(first).toMatchObject({ wording: 'Esta chamada é gravada.' });
    expect(same).toEqual(first);
    expect(other.wordingVersion).not.toBe(first.wordingVersion);
  });

  it('is the standard one where the greeting uses the standard words', () => {
    const consent = own('Oi! Assistente virtual. Esta ligação pode ser gravada. Diga.');
    expect(consentWording(consent).version).toBe('padrao-1-notice');
  });
});

describe('a clinic’s file', () => {
  const problems = (more: object) => {
    const base = { id: 'x1', name: 'X', timeZone: 'America/Fortaleza' };
    return clinicSchema.safeParse({ ...base, ...more }).error?.issues.length ?? 0;
  };
  const greeting = 'Oi! Sou a assistente virtual; a equipe atende se pedir.';

  it('needs the notice in its greeting, unless it asks', () => {
    expect(problems({ persona: { greeting } })).toBe(1);
    expect(problems({ persona: { greeting }, consent: { policy: 'question' } })).toBe(0);
    const told = { persona: { greeting: `${greeting} A ligação é gravada.` } };
    expect(problems(told)).toBe(0);
    expect(problems({ ...told, consent: { policy: 'question' } })).toBe(1);
    expect(problems({ ...told, consent: { wording: 'Gravamos.', wordingVersion: 'v2' } })).toBe(1);
  });
});
