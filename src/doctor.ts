import { access, constants } from 'node:fs/promises';
import { argv, stdin, stdout } from 'node:process';
import { createInterface } from 'node:readline/promises';
import { fileURLToPath } from 'node:url';
import { config as loadDotenv } from 'dotenv';
import { clinicForNumber, loadClinics } from './agent/clinic-loader.ts';
import type { ClinicProfile } from './agent/clinic-profile.ts';
import { checkDialNumber } from './call/dial-number.ts';
import { type Config, checkSettings, settings } from './config.ts';
import { openRealtimeSession, type RealtimeListener } from './openai/realtime-session.ts';
import type { RealtimeSettings } from './openai/session-update.ts';
import { checkAddress } from './platform/address-check.ts';
import { type Clock, createClock } from './platform/clock.ts';
import { checkDirectory } from './platform/directory-check.ts';
import { hasCode } from './platform/errors.ts';
import { type Check, type Finding, fail, ok, report, warn } from './platform/finding.ts';
import { type Probe, probe, silence } from './platform/http-probe.ts';
import { createLog } from './platform/log.ts';
import { createMetrics } from './platform/metrics.ts';
import { checkDatabase } from './storage/postgres-check.ts';
import { checkRedis } from './storage/redis-doubts.ts';
import { checkCarrier } from './twilio/account-check.ts';
import { createTwilioRest } from './twilio/rest-client.ts';
import { placeTestCall, type TestCall } from './twilio/test-call.ts';

/** Longest wait for any one answer. */
const patienceMs = 10_000;
/** Sessions opened at once; each is billed as nothing but counts against the account's limit. */
const mostSessions = 5;

/** @param problems lines that name a setting, as `checkSettings` gives them. */
export function settingFindings(mode: Config['mode'], problems: string[]): Finding[] {
  const wrong = problems.map((problem) => fail('settings', problem));
  if (mode === 'sandbox') {
    const wanted = 'OPENAI_API_KEY, TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN and PUBLIC_URL';
    wrong.push(warn('settings', `sandbox: no real call is taken. For real calls set ${wanted}.`));
  } else if (wrong.length === 0) {
    wrong.push(ok('settings', `all ${Object.keys(settings).length} can be read`));
  }
  return wrong;
}

export interface ModelLookup {
  baseUrl: string;
  apiKey: string;
  model: string;
  /** Name of the setting that holds the model. */
  setting: string;
  clock: Clock;
  timeoutMs?: number;
}

/** The key is accepted and the model exists for it. */
export async function checkModel(lookup: ModelLookup): Promise<Finding[]> {
  const base = lookup.baseUrl.replace(/\/+$/, '');
  const answer = await probe(`${base}/models/${encodeURIComponent(lookup.model)}`, {
    timeoutMs: lookup.timeoutMs ?? patienceMs,
    headers: { authorization: `Bearer ${lookup.apiKey}` },
  });
  return [modelFinding(answer, lookup)];
}

function modelFinding(answer: Probe, { model, setting, clock }: ModelLookup): Finding {
  const about = 'model';
  if (answer.type !== 'answered')
    return fail(about, `OPENAI_BASE_URL ${silence(answer)}, so ${model} could not be looked up.`);
  const { status, body } = answer;
  if (status === 401) return fail(about, 'OPENAI_API_KEY was refused (401): set a valid key.');
  if (status === 403)
    return fail(
      about,
      `OPENAI_API_KEY has no access to ${model} (403): check the project's limits.`,
    );
  if (status === 404)
    return fail(about, `${setting}: there is no model ${model} for this key (404).`);
  if (status === 429)
    return fail(about, 'OpenAI answers 429: the quota or rate of this account is used up.');
  if (status !== 200) return fail(about, `OPENAI_BASE_URL answered ${status} for ${model}.`);
  const shutdownMs = shutdownDate(body);
  if (shutdownMs === undefined) return ok(about, `${model} is available`);
  const day = new Date(shutdownMs).toISOString().slice(0, 10);
  return shutdownMs <= clock.wallMs()
    ? fail(about, `${setting}: ${model} was shut down on ${day}; choose another.`)
    : warn(about, `${setting}: ${model} is available but is shut down on ${day}.`);
}

/** `shutdown_date` of a model: seconds since the epoch or a date. Epoch ms. */
function shutdownDate(body: unknown): number | undefined {
  if (typeof body !== 'object' || body === null || !('shutdown_date' in body)) return undefined;
  const date = body.shutdown_date;
  const ms = typeof date === 'number' ? date * 1_000 : Date.parse(String(date));
  return date === null || Number.isNaN(ms) ? undefined : ms;
}

/** Opens a session as a call would; `onClosed` says why it could not be used. */
export type OpenSession = (listener: {
  onReady(): void;
  onClosed(ending: { fatal: boolean; code: string }): void;
}) => { close(): void };

/** The model takes our settings and telephone audio. @param details what was logged meanwhile, in a few words. */
export async function checkSession(
  what: string,
  open: OpenSession,
  details: () => string = () => '',
  timeoutMs = patienceMs,
): Promise<Finding[]> {
  const about = 'realtime';
  return new Promise((resolve) => {
    const answer = (finding: Finding) => {
      clearTimeout(timer);
      resolve([finding]);
      session.close();
    };
    const timer = setTimeout(() => {
      answer(fail(about, `OPENAI_REALTIME_URL: no session (${what}) within ${timeoutMs} ms.`));
    }, timeoutMs);
    const session = open({
      onReady: () => answer(ok(about, `a session opens and takes our settings (${what})`)),
      onClosed: ({ code }) => {
        const why = [code, details()].filter((part) => part !== '').join(': ');
        answer(fail(about, `${sessionAdvice(code)} (${what}; ${why})`));
      },
    });
  });
}

function sessionAdvice(code: string): string {
  if (code === 'http-401' || code === 'invalid_api_key') return 'OPENAI_API_KEY was refused';
  if (code === 'http-403') return 'OPENAI_API_KEY may not use the Realtime API';
  if (code === 'http-404' || code === 'model_not_found') return 'the realtime model does not exist';
  if (code === 'insufficient_quota' || code === 'http-429')
    return 'the OpenAI account has no quota';
  if (code === 'session-config') return 'the model refused the voice settings of the clinic';
  return 'OPENAI_REALTIME_URL gave no usable session';
}

/** All profiles can be read, and the one that `CLINIC` names is among them. */
export async function checkClinics(directory: string, fallbackId?: string): Promise<Finding[]> {
  try {
    await access(directory, constants.R_OK);
    const clinics = await loadClinics(directory);
    clinicForNumber(clinics, '', fallbackId);
    return [ok('clinics', `${clinics.length} read: ${clinics.map(({ id }) => id).join(', ')}`)];
  } catch (error) {
    if (hasCode(error, 'ENOENT'))
      return [fail('clinics', `CLINICS_DIR ${directory} does not exist.`)];
    if (!hasCode(error, 'CLINIC_INVALID')) throw error;
    // The first line is a heading, each following one names file, place and reason.
    const lines = (error as Error).message.split('\n');
    return (lines.length > 1 ? lines.slice(1) : lines).map((line) => fail('clinics', line));
  }
}

/** What `npm run doctor` looks at, given what is set. */
export async function doctorChecks(
  environment: NodeJS.ProcessEnv,
  options: { directory: string; isToBeFixed: boolean; clock: Clock },
): Promise<Check[]> {
  const { config, problems } = checkSettings(environment, options.directory);
  const checks: Check[] = [
    { about: 'settings', run: async () => settingFindings(config.mode, problems) },
    { about: 'clinics', run: () => checkClinics(config.CLINICS_DIR, config.CLINIC) },
  ];
  for (const name of ['RECORDINGS_DIR', 'APPOINTMENTS_DIR', 'DATA_DIR'] as const) {
    checks.push({ about: 'directory', run: () => checkDirectory(name, config[name]) });
  }
  const { DATABASE_URL: database } = config;
  if (database) checks.push({ about: 'database', run: () => checkDatabase(database) });
  const redisUrl = config.REDIS_URL;
  if (redisUrl)
    checks.push({ about: 'redis', run: () => checkRedis(redisUrl, createLog('silent')) });
  if (config.OPENAI_API_KEY) {
    checks.push(...modelChecks(config, config.OPENAI_API_KEY, options.clock));
    checks.push(...(await sessionChecks(config, config.OPENAI_API_KEY)));
  }
  const { TWILIO_ACCOUNT_SID: accountSid, TWILIO_AUTH_TOKEN: authToken } = config;
  if (accountSid && authToken && config.TWILIO_API_URL) {
    const carrier = createTwilioRest({ accountSid, authToken, apiUrl: config.TWILIO_API_URL });
    const lookup = {
      numberE164: config.TWILIO_PHONE_NUMBER,
      publicUrl: config.PUBLIC_URL,
      isToBeFixed: options.isToBeFixed,
    };
    checks.push({ about: 'twilio', run: () => checkCarrier(carrier, lookup) });
  }
  const publicUrl = config.mode === 'live' ? config.PUBLIC_URL : undefined;
  if (publicUrl)
    checks.push({ about: 'address', run: () => checkAddress('PUBLIC_URL', publicUrl, patienceMs) });
  return checks;
}

function modelChecks(config: Config, apiKey: string, clock: Clock): Check[] {
  const baseUrl = config.OPENAI_BASE_URL;
  return (['OPENAI_REALTIME_MODEL', 'OPENAI_TRANSCRIPTION_MODEL'] as const)
    .filter((setting) => baseUrl && config[setting])
    .map((setting) => ({
      about: 'model',
      run: () => checkModel({ baseUrl, apiKey, setting, model: config[setting], clock }),
    }));
}

/** One session for each different voice: clinics with the same settings share one. */
async function sessionChecks(config: Config, apiKey: string): Promise<Check[]> {
  if (!config.OPENAI_REALTIME_URL) return [];
  // Profiles that cannot be read are named by their own check.
  const clinics = await loadClinics(config.CLINICS_DIR).catch((): ClinicProfile[] => []);
  const voices = new Map(clinics.map((clinic) => [JSON.stringify(clinic.voice), clinic]));
  return [...voices.values()].slice(0, mostSessions).map((clinic) => {
    const model = clinic.voice.model ?? config.OPENAI_REALTIME_MODEL;
    const lines: string[] = [];
    const open: OpenSession = (listener) =>
      openRealtimeSession(
        { ...deafListener, ...listener },
        {
          url: config.OPENAI_REALTIME_URL,
          apiKey,
          model,
          settings: sessionSettings(clinic, config.OPENAI_TRANSCRIPTION_MODEL),
          log: createLog('warn', { write: (line) => lines.push(line) }),
          metrics: createMetrics(),
          connectMs: patienceMs / 2,
          configureMs: patienceMs / 2,
        },
      );
    const what = `${model}, clinic ${clinic.id}`;
    return { about: 'realtime', run: () => checkSession(what, open, () => loggedReasons(lines)) };
  });
}

/** The short values of log lines that explain a refusal. */
export function loggedReasons(lines: string[]): string {
  const fields = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  return fields
    .flatMap(({ code, param, inputFormat, outputFormat }) => [
      code,
      param,
      inputFormat,
      outputFormat,
    ])
    .filter((value) => typeof value === 'string')
    .join(' ');
}

function sessionSettings(clinic: ClinicProfile, transcriptionModel: string): RealtimeSettings {
  const { voice } = clinic;
  return {
    instructions: 'Não fale.',
    voice: voice.voice,
    speed: voice.speed,
    noiseReduction: voice.noiseReduction,
    reasoningEffort: voice.reasoningEffort,
    maxOutputTokens: voice.maxOutputTokens,
    turnDetection: voice.turnDetection,
    transcription: { model: transcriptionModel, language: 'pt' },
    tools: [],
  };
}

const ignore = () => undefined;
/** A session that is only opened: nothing else that it says matters. */
const deafListener: Omit<RealtimeListener, 'onReady' | 'onClosed'> = {
  onSpeechStarted: ignore,
  onSpeechStopped: ignore,
  onCallerItem: ignore,
  onCallerTranscript: ignore,
  onReplyCreated: ignore,
  onReplyItem: ignore,
  onAudio: ignore,
  onReplyText: ignore,
  onToolCall: ignore,
  onReplyDone: ignore,
  onReplyRefused: ignore,
  onError: ignore,
};

/** `--test-call +55…`: rings that telephone once, with real keys only and after a yes. */
export async function checkTestCall(
  environment: NodeJS.ProcessEnv,
  options: Omit<TestCall, 'from'> & { directory: string },
): Promise<Finding[]> {
  const about = 'test call';
  const { config } = checkSettings(environment, options.directory);
  const { TWILIO_ACCOUNT_SID: accountSid, TWILIO_AUTH_TOKEN: authToken } = config;
  if (config.mode !== 'live' || !accountSid || !authToken)
    return [fail(about, 'there are no Twilio keys: nobody can be called.')];
  const from = config.TWILIO_PHONE_NUMBER;
  const rules = { allowedCountries: config.ALLOWED_COUNTRIES, ownNumbers: from ? [from] : [] };
  const number = checkDialNumber(options.to, rules);
  if (!number.ok) return [fail(about, `--test-call: ${number.code}; give it like +5511987654321.`)];
  const carrier = createTwilioRest({ accountSid, authToken, apiUrl: config.TWILIO_API_URL });
  return [await placeTestCall(carrier, { ...options, to: number.e164, from })];
}

async function confirmAtKeyboard(question: string): Promise<boolean> {
  // A script has no one to ask.
  if (!stdin.isTTY) return false;
  const keyboard = createInterface({ input: stdin, output: stdout });
  const answer = await keyboard.question(question);
  keyboard.close();
  return answer.trim().toLowerCase() === 'yes';
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  loadDotenv({ quiet: true });
  const environment = process.env;
  const directory = process.cwd();
  const checks = await doctorChecks(environment, {
    directory,
    isToBeFixed: argv.includes('--fix-webhook'),
    clock: createClock(),
  });
  let isHealthy = await report(checks, (line) => console.log(line));
  const asked = argv.indexOf('--test-call');
  if (asked !== -1) {
    const call = { to: argv[asked + 1] ?? '', confirm: confirmAtKeyboard, directory };
    const run = () => checkTestCall(environment, call);
    const heard = await report([{ about: 'test call', run }], (line) => console.log(line));
    isHealthy &&= heard;
  }
  process.exitCode = isHealthy ? 0 : 1;
}
