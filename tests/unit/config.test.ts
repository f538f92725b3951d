import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkSettings, readConfig, settings } from '../../src/config.ts';

const live = {
  OPENAI_API_KEY: 'sk-test',
  TWILIO_ACCOUNT_SID: 'AC00000000000000000000000000000000',
  TWILIO_AUTH_TOKEN: 'token',
  PUBLIC_URL: 'https://voz.exemplo.com.br',
};

/** The problems of an environment, without the heading. */
function problemsOf(environment: NodeJS.ProcessEnv): string[] {
  try {
    readConfig(environment);
  } catch (error) {
    expect(error).toMatchObject({ code: 'CONFIG_INVALID' });
    return (error as Error).message.split('\n').slice(1);
  }
  return [];
}

describe('settings with nothing set', () => {
  const config = readConfig({}, '/srv/alo');

  it('give a sandbox that listens on loopback only', () => {
    expect(config).toMatchObject({ mode: 'sandbox', HOST: '127.0.0.1', PORT: 5050 });
    expect(readConfig({ HOST: '0.0.0.0' }).HOST).toBe('127.0.0.1');
  });

  it('resolve directories against the project, and keep absolute ones', () => {
    expect(config).toMatchObject({
      RECORDINGS_DIR: join('/srv/alo', 'recordings'),
      APPOINTMENTS_DIR: join('/srv/alo', 'appointments'),
      DATA_DIR: join('/srv/alo', 'data'),
      CLINICS_DIR: join('/srv/alo', 'clinics'),
    });
    expect(readConfig({ DATA_DIR: '/var/lib/alo' }, '/srv/alo').DATA_DIR).toBe('/var/lib/alo');
  });

  it('cannot be changed afterwards', () => {
    expect(Object.isFrozen(config)).toBe(true);
  });

  it('have defaults that pass their own checks', () => {
    for (const [name, setting] of Object.entries(settings)) {
      if (!('default' in setting)) continue;
      expect(setting.schema.safeParse(setting.default).success, name).toBe(true);
    }
  });
});

describe('the sandbox', () => {
  it('takes an instant for its clock, with a zone', () => {
    const SANDBOX_NOW = '2026-11-21T23:30:00-03:00';
    expect(readConfig({ SANDBOX_NOW }).SANDBOX_NOW).toBe(SANDBOX_NOW);
    expect(problemsOf({ SANDBOX_NOW: '2026-11-21T23:30:00' })).toEqual([
      expect.stringContaining('SANDBOX_NOW must be an instant with a zone'),
    ]);
  });

  it('is left as soon as one real key is there, and then wants all of them', () => {
    for (const name of ['OPENAI_API_KEY', 'TWILIO_AUTH_TOKEN'] as const) {
      const problems = problemsOf({ [name]: live[name] });
      expect(problems.map((line) => line.trim().split(' ')[0])).toEqual(
        Object.keys(live).filter((other) => other !== name),
      );
    }
  });

  it('stays when a Twilio account or an address is known but no secret is', () => {
    const { TWILIO_ACCOUNT_SID, PUBLIC_URL } = live;
    expect(readConfig({ TWILIO_ACCOUNT_SID, PUBLIC_URL }).mode).toBe('sandbox');
  });
});

describe('a live server', () => {
  it('listens where it is told', () => {
    expect(readConfig(live)).toMatchObject({ mode: 'live', HOST: '0.0.0.0' });
    expect(readConfig({ ...live, HOST: '10.0.0.7' }).HOST).toBe('10.0.0.7');
  });

  it('refuses a sandbox clock', () => {
    expect(problemsOf({ ...live, SANDBOX_NOW: '2026-11-21T23:30:00-03:00' })).toEqual([
      expect.stringContaining('SANDBOX_NOW is for the sandbox only'),
    ]);
  });

  it('treats empty strings and blanks as absent', () => {
    expect(readConfig({ OPENAI_API_KEY: '', TWILIO_AUTH_TOKEN: '  ', PORT: '' })).toMatchObject({
      mode: 'sandbox',
      PORT: 5050,
    });
    expect(problemsOf({ ...live, PUBLIC_URL: '' })).toHaveLength(1);
  });
});

describe('PUBLIC_URL', () => {
  it.each(['http://127.0.0.1:5050', 'http://localhost:5050', 'http://[::1]:5050'])(
    'may be %s',
    (PUBLIC_URL) => {
      expect(readConfig({ ...live, PUBLIC_URL }).PUBLIC_URL).toBe(PUBLIC_URL);
    },
  );

  it.each(['http://voz.exemplo.com.br', 'http://127.0.0.1.exemplo.com', 'http://10.0.0.1'])(
    'may not be %s',
    (PUBLIC_URL) => {
      expect(problemsOf({ ...live, PUBLIC_URL })).toEqual([
        expect.stringContaining('PUBLIC_URL must start with https://'),
      ]);
      expect(problemsOf({ PUBLIC_URL })).toHaveLength(1);
    },
  );

  it('loses its trailing slashes, since addresses are built from it', () => {
    const PUBLIC_URL = 'https://voz.exemplo.com.br/telefone//';
    expect(readConfig({ ...live, PUBLIC_URL }).PUBLIC_URL).toBe(
      'https://voz.exemplo.com.br/telefone',
    );
  });

  it.each(['https://voz.exemplo.com.br/?a=1', 'https://voz.exemplo.com.br/#a', 'https://u:p@x.br'])(
    'may not carry a query, a fragment or a password: %s',
    (PUBLIC_URL) => {
      expect(problemsOf({ ...live, PUBLIC_URL })).toHaveLength(1);
    },
  );

  it.each(['voz.exemplo.com.br', 'wss://voz.exemplo.com.br', 'https://'])(
    'that is %s is named once, as wrong and not as missing',
    (PUBLIC_URL) => {
      expect(problemsOf({ ...live, PUBLIC_URL })).toEqual([
        expect.stringMatching(/^ {2}PUBLIC_URL must be an address/),
      ]);
    },
  );
});

describe('wrong settings', () => {
  const wrong = {
    ...live,
    PORT: '70000',
    OPENAI_REALTIME_URL: 'https://api.openai.com',
    TWILIO_PHONE_NUMBER: '11 4000-1234',
    API_KEY: 'short-canary',
    STORAGE: 'cluster',
    MAX_CALLS: 'canary',
    CALL_DRAIN_MS: '1.5',
    LOG_LEVEL: 'loud',
    ALLOWED_COUNTRIES: '55,',
  };

  it('are all named at once, one clear line each, in the order of the list', () => {
    const lines = problemsOf(wrong);
    expect(lines.map((line) => line.trim().split(' ')[0])).toEqual(
      Object.keys(settings).filter((name) => name in wrong && !(name in live)),
    );
    expect(lines).toContain('  PORT must be a whole number from 0 to 65535');
    expect(lines).toContain('  CALL_DRAIN_MS must be a whole number from 0 to 3600000');
    expect(lines.find((line) => line.includes('LOG_LEVEL'))).toMatch(/must be one of silent, /);
  });

  it('are never quoted, since a secret may stand in the wrong place', () => {
    expect(problemsOf(wrong).join()).not.toMatch(/canary|4000-1234|70000|loud/);
  });

  it('are reported without stopping to whoever asks so', () => {
    const { config, problems } = checkSettings(wrong);
    expect(problems).toHaveLength(9);
    expect(config).toMatchObject({ mode: 'live', PUBLIC_URL: live.PUBLIC_URL });
    expect(config.PORT).toBeUndefined();
  });
});

describe('countries that may be dialled', () => {
  it('are read from a list, with or without plus signs', () => {
    expect(readConfig({ ALLOWED_COUNTRIES: '+55, 351 ,1' }).ALLOWED_COUNTRIES).toEqual([
      '55',
      '351',
      '1',
    ]);
  });

  it.each([',', '55,,1', '55,', '0', 'BR', '5588'])(
    'are refused when one is empty or no calling code: %s',
    (ALLOWED_COUNTRIES) => {
      expect(problemsOf({ ALLOWED_COUNTRIES })).toHaveLength(1);
    },
  );
});
