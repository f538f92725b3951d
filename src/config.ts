import { isIP } from 'node:net';
import { isAbsolute, resolve } from 'node:path';
import { z } from 'zod';
import { parseDialHours } from './call/dial-hours.ts';
import { CodedError } from './platform/errors.ts';
import { choice, count, e164, origin, origins, text, url } from './platform/setting-fields.ts';

/**
 * Every setting, once: name, check, default, meaning. `.env.example` lists the same names and defaults (a test compares them).
 * A setting without a default may be left out.
 */
export const settings = {
  PORT: { schema: count(0, 65_535), default: '5050', meaning: 'Port to listen on.' },
  HOST: {
    schema: text,
    default: '0.0.0.0',
    meaning: 'Address to listen on. The sandbox always listens on 127.0.0.1.',
  },
  PUBLIC_URL: {
    schema: origin,
    meaning:
      'Address at which Twilio reaches this server, like https://voz.clinica.com.br. Signatures and stream URLs are built from it, never from request headers. http:// is accepted for loopback only.',
  },
  OPENAI_API_KEY: { schema: text, meaning: 'OpenAI key with access to the Realtime API.' },
  OPENAI_REALTIME_URL: {
    schema: url('ws:', 'wss:'),
    default: 'wss://api.openai.com/v1/realtime',
    meaning: 'Realtime websocket; any compatible server works.',
  },
  OPENAI_BASE_URL: {
    schema: url('http:', 'https:'),
    default: 'https://api.openai.com/v1',
    meaning: 'OpenAI REST address (used by npm run doctor).',
  },
  OPENAI_REALTIME_MODEL: {
    schema: text,
    default: 'gpt-realtime-2.1',
    meaning: 'Speech-to-speech model.',
  },
  OPENAI_TEXT_MODEL: { schema: text, default: 'gpt-5.4-mini', meaning: 'Model for text channels.' },
  OPENAI_EMBEDDING_MODEL: {
    schema: text,
    default: 'text-embedding-3-small',
    meaning: 'Finds the script a message means where its words do not say it.',
  },
  OPENAI_TRANSCRIPTION_MODEL: {
    schema: text,
    default: 'gpt-transcribe',
    meaning:
      'Transcribes the caller. Not gpt-live-transcribe or gpt-realtime-whisper: they have no turn detection.',
  },
  TWILIO_ACCOUNT_SID: {
    schema: text.startsWith('AC', 'must start with AC'),
    meaning: 'Twilio account, AC….',
  },
  TWILIO_AUTH_TOKEN: {
    schema: text,
    meaning: 'Twilio auth token; checks every webhook and media stream.',
  },
  TWILIO_PHONE_NUMBER: { schema: e164, meaning: 'The Twilio number that calls out, E.164.' },
  TWILIO_API_URL: {
    schema: url('http:', 'https:'),
    default: 'https://api.twilio.com',
    meaning: 'Twilio REST address.',
  },
  RECORDINGS_DIR: {
    schema: text,
    default: 'recordings',
    meaning: 'Where recordings and call records are kept.',
  },
  APPOINTMENTS_DIR: {
    schema: text,
    default: 'appointments',
    meaning: 'Where appointment files are kept.',
  },
  DATA_DIR: { schema: text, default: 'data', meaning: 'Everything else the server keeps.' },
  CLINICS_DIR: {
    schema: text,
    default: 'clinics',
    meaning: 'Clinic profiles, one YAML file each.',
  },
  CLINIC: {
    schema: text,
    meaning:
      'Profile used when the called number belongs to no profile. Without it: the first file in CLINICS_DIR by name.',
  },
  USD_BRL: {
    schema: z.coerce.number('must be a number like 5.40').min(0.1).max(1_000),
    default: '5.40',
    meaning:
      'Reais for a dollar, for the cost of calls in the console. Set it to what your bank charges.',
  },
  API_KEY: {
    schema: z.string().min(16, 'must have at least 16 characters'),
    meaning: 'Bearer key for POST /make-call, /api/… and /metrics; without it they answer 401.',
  },
  ADMIN_PASSWORD: {
    schema: z.string().min(12, 'must have at least 12 characters'),
    meaning:
      'Password of the console’s first user, admin; used only while there are no users. Others: npm run user.',
  },
  CONSOLE_IDLE_MIN: {
    schema: count(1, 480),
    default: '15',
    meaning: 'Minutes without use after which somebody is signed out of the console.',
  },
  CONSOLE_HOURS: {
    schema: count(1, 24),
    default: '8',
    meaning: 'Hours after which everybody signs in to the console anew.',
  },
  TRUSTED_PROXIES: {
    schema: z.string().transform((value, context) => {
      const addresses = value.split(',').map((one) => one.trim());
      if (addresses.every(isProxyRange)) return addresses;
      context.addIssue('must be addresses or networks like 10.0.0.0/8, or loopback');
      return z.NEVER;
    }),
    default: 'loopback',
    meaning:
      'Reverse proxies whose X-Forwarded-For is believed, separated by commas: addresses, networks, or loopback. The console locks out and records by address.',
  },
  ALLOWED_COUNTRIES: {
    // An empty code would allow every country: refused, not skipped.
    schema: z
      .string()
      .regex(
        /^\s*\+?[1-9]\d{0,2}\s*(,\s*\+?[1-9]\d{0,2}\s*)*$/,
        'must be calling codes like 55 or 55,351',
      )
      .transform((value) => value.split(',').map((code) => code.trim().replace(/^\+/, ''))),
    default: '55',
    meaning: 'Country calling codes that POST /make-call may dial, separated by commas.',
  },
  DIAL_HOURS: {
    schema: z.string().transform((value, context) => {
      const hours = parseDialHours(value);
      if (hours) return hours;
      context.addIssue('must be hours like mon-fri 08:00-20:00, sat 09:00-14:00, hol 10:00-12:00');
      return z.NEVER;
    }),
    default: 'mon-fri 08:00-20:00, sat 09:00-14:00',
    meaning:
      'When people may be rung, by the clock where they live. A day that is not named is quiet; national holidays are, unless hol names hours.',
  },
  DIAL_SERVICES: {
    schema: z
      .string()
      .regex(
        /^\s*(0800|3003|300\d|400\d)\s*(,\s*(0800|3003|300\d|400\d)\s*)*$/,
        'must be company numbers like 0800,4004',
      )
      .transform((value) => value.split(',').map((service) => service.trim())),
    meaning:
      'Brazilian company numbers that POST /make-call may dial (0800, 3003, 4004 …), separated by commas. Without it: none.',
  },
  CHAT_ORIGINS: {
    schema: origins,
    meaning:
      'Sites that may show the web chat in a frame or ask it from their pages, like https://www.clinica.com.br, separated by commas. Without it: only our own page.',
  },
  CHAT_MODE: {
    schema: choice('agent', 'scripts'),
    default: 'agent',
    meaning:
      'Who answers in the page of the web chat: the agent, guided by the scripts, or the scripts alone, one question at a time.',
  },
  CHAT_DESKS: {
    schema: z
      .string()
      .regex(/^\s*[a-z0-9-]+\s*(,\s*[a-z0-9-]+\s*)*$/, 'must be names like clinica,atendimento')
      .transform((value) => value.split(',').map((desk) => desk.trim())),
    default: 'clinica,atendimento',
    meaning: 'Desks whose scripts the web chat and WhatsApp use, separated by commas.',
  },
  CHAT_HOURS: {
    schema: count(1, 720),
    default: '24',
    meaning: 'After so many hours without a message a visit of the web chat is over.',
  },
  STORAGE: {
    schema: z.enum(['memory', 'files'], 'must be files or memory (cluster is not in this version)'),
    default: 'files',
    meaning:
      'files keeps everything on this machine; memory forgets it at exit (recordings are always files).',
  },
  DATABASE_URL: {
    schema: url('postgres:', 'postgresql:'),
    meaning:
      'With it, the agenda, calls, scripts, clinics, users and the audit trail are kept in PostgreSQL and may be shared by several servers.',
  },
  REDIS_URL: {
    schema: url('redis:', 'rediss:'),
    meaning:
      'With it, text conversations and their jobs are kept in Redis and may be shared by several servers. Without it: in DATA_DIR. Both survive a crash.',
  },
  REDIS_PREFIX: {
    schema: z.string().regex(/^[a-z0-9-]{1,40}$/, 'must be a name like alo-clinica'),
    default: 'alo-clinica',
    meaning:
      'Keys in Redis begin with it. Servers with the same one work together; a second system on the same Redis needs another.',
  },
  CONVERSATION_IDLE_HOURS: {
    schema: count(1, 720),
    default: '24',
    meaning: 'A text conversation without a message for so long is closed; the next one is new.',
  },
  CONVERSATION_KEEP_DAYS: {
    schema: count(1, 3_650),
    default: '90',
    meaning: 'Closed text conversations are deleted after so many days.',
  },
  WHATSAPP_MESSAGE_LENGTH: {
    schema: count(200, 4_096),
    default: '1600',
    meaning:
      'Longer replies are split between sentences. Twilio takes 1600 characters, WhatsApp itself 4096.',
  },
  MAX_CALLS: {
    schema: count(1, 2_000),
    default: '100',
    meaning: 'Calls at once; further ones hear the fallback.',
  },
  CALL_DRAIN_MS: {
    schema: count(0, 3_600_000),
    default: '600000',
    meaning:
      'After SIGTERM, how long live calls may go on, in milliseconds. A second SIGTERM ends them at once.',
  },
  ALARM_WEBHOOK_URL: {
    schema: url('http:', 'https:'),
    meaning:
      'Where alarms are posted as JSON {name, since, count, message}, without personal data. Without it they are log lines only.',
  },
  LOG_LEVEL: {
    schema: choice('silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace'),
    default: 'info',
    meaning: 'How much is logged.',
  },
  SANDBOX_NOW: {
    schema: z.iso.datetime({
      offset: true,
      message: 'must be an instant with a zone, like 2026-11-21T23:30:00-03:00',
    }),
    meaning: 'Sandbox only: the instant at which its clock starts.',
  },
} as const satisfies Record<string, { schema: z.ZodType; default?: string; meaning: string }>;

type Settings = typeof settings;
type Value<K extends keyof Settings> = z.output<Settings[K]['schema']>;
type Values = {
  -readonly [K in keyof Settings]: Settings[K] extends { default: string }
    ? Value<K>
    : Value<K> | undefined;
};

/** The checked settings of one process. Nobody but `main`, `app` and the other entry points receives it. */
export interface Config extends Readonly<Values> {
  /** `sandbox`: no OpenAI key and no Twilio token; everything outside is played by this process, on loopback only. */
  readonly mode: 'live' | 'sandbox';
}

/** What a live server cannot do without. */
const liveSettings = [
  'OPENAI_API_KEY',
  'TWILIO_ACCOUNT_SID',
  'TWILIO_AUTH_TOKEN',
  'PUBLIC_URL',
] as const;

/**
 * Environment → Config. Relative directories are resolved against `directory`.
 * @throws CONFIG_INVALID naming every problem at once, one a line.
 */
export function readConfig(environment: NodeJS.ProcessEnv, directory = process.cwd()): Config {
  const { config, problems } = checkSettings(environment, directory);
  if (problems.length > 0) {
    throw new CodedError(
      'CONFIG_INVALID',
      `Settings to correct:\n${problems.map((p) => `  ${p}`).join('\n')}`,
    );
  }
  return config;
}

/**
 * As `readConfig`, but says what is wrong instead of stopping. Without problems `config` is whole; with them, settings
 * that are missing or wrong are absent from it.
 */
export function checkSettings(
  environment: NodeJS.ProcessEnv,
  directory = process.cwd(),
): { config: Config; problems: string[] } {
  const { values, wrong } = readSettings(environment);
  const mode = values.OPENAI_API_KEY || values.TWILIO_AUTH_TOKEN ? 'live' : 'sandbox';
  const problems = [...wrong].map(([name, reason]) => `${name} ${reason}`);
  if (mode === 'live') problems.push(...liveProblems(values, wrong));
  if (values.PUBLIC_URL?.startsWith('http:') && !isLoopback(values.PUBLIC_URL)) {
    problems.push(
      'PUBLIC_URL must start with https:// (http:// is accepted for 127.0.0.1 and localhost only).',
    );
  }
  for (const name of ['RECORDINGS_DIR', 'APPOINTMENTS_DIR', 'DATA_DIR', 'CLINICS_DIR'] as const) {
    values[name] = isAbsolute(values[name]) ? values[name] : resolve(directory, values[name]);
  }
  if (mode === 'sandbox') values.HOST = '127.0.0.1';
  if (values.PUBLIC_URL) values.PUBLIC_URL = values.PUBLIC_URL.replace(/\/+$/, '');
  return { config: Object.freeze({ ...values, mode }), problems };
}

/** The settings that can be read, and for each that cannot, why. Empty strings count as absent. */
function readSettings(environment: NodeJS.ProcessEnv): {
  values: Values;
  wrong: Map<string, string>;
} {
  const values: Record<string, unknown> = {};
  const wrong = new Map<string, string>();
  for (const [name, setting] of Object.entries(settings)) {
    const fallback = 'default' in setting ? setting.default : undefined;
    const raw = environment[name]?.trim() || fallback;
    if (raw === undefined) continue;
    const parsed = setting.schema.safeParse(raw);
    if (parsed.success) values[name] = parsed.data;
    else wrong.set(name, [...new Set(parsed.error.issues.map((i) => i.message))].join('; '));
  }
  return { values: values as Values, wrong };
}

function liveProblems(values: Values, wrong: ReadonlyMap<string, string>): string[] {
  const problems: string[] = liveSettings
    .filter((name) => !values[name] && !wrong.has(name))
    .map((name) => `${name} is missing. ${settings[name].meaning}`);
  if (values.SANDBOX_NOW)
    problems.push('SANDBOX_NOW is for the sandbox only; remove it when keys are set.');
  return problems;
}

function isLoopback(address: string): boolean {
  return ['127.0.0.1', 'localhost', '[::1]'].includes(new URL(address).hostname);
}

function isProxyRange(text: string): boolean {
  if (text === 'loopback') return true;
  const [address = '', bits] = text.split('/');
  const version = isIP(address);
  const isBits = bits === undefined || /^\d{1,3}$/.test(bits);
  return version !== 0 && isBits && Number(bits ?? 0) <= (version === 4 ? 32 : 128);
}
