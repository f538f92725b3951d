import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { checkModel, checkSession, doctorChecks, loggedReasons } from '../../src/doctor.ts';
import { checkAddress } from '../../src/platform/address-check.ts';
import { createClock } from '../../src/platform/clock.ts';
import { checkDirectory, spaceFinding } from '../../src/platform/directory-check.ts';
import { findingLine, ok, report } from '../../src/platform/finding.ts';

const clock = createClock(Date.parse('2026-11-21T12:00:00Z'));
const number = '+551140001234';
const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'doctor-'));
  cleanups.push(() => rmSync(directory, { recursive: true }));
  return directory;
}

/** @returns `http://127.0.0.1:port` of a server that is gone after the test. */
async function serve(listener: RequestListener, attach?: (server: Server) => void) {
  const server = createServer(listener);
  attach?.(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanups.push(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** An address at which nobody listens: it was free a moment ago. */
async function deadAddress(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${port}`;
}

interface World {
  /** Answer of `GET /v1/models/…`. */
  model: { status: number; body: unknown };
  /** What the realtime server does with a socket that sent its settings. */
  realtime: (socket: WebSocket, update: { session: { audio: unknown } }) => void;
  /** Status of a refused upgrade, 0 to accept. */
  refuseUpgrade: number;
  account: { status: number; body: unknown };
  numbers: { phone_number: string; sid: string; voice_url: string }[];
  /** Status with which Twilio answers a changed webhook. */
  updateStatus: number;
  healthz: number;
}

const accepting: World['realtime'] = (socket, { session }) => {
  socket.send(JSON.stringify({ type: 'session.updated', event_id: 'e1', session }));
};

const healthy = (): World => ({
  model: { status: 200, body: { id: 'm' } },
  realtime: accepting,
  refuseUpgrade: 0,
  account: { status: 200, body: { sid: 'AC1', status: 'active', type: 'Full' } },
  numbers: [{ phone_number: number, sid: 'PN1', voice_url: '' }],
  updateStatus: 200,
  healthz: 200,
});

/** OpenAI, Twilio and this server on one loopback port, and a project directory with a clinic. */
async function environmentOf(world: World): Promise<NodeJS.ProcessEnv> {
  const sockets = new WebSocketServer({ noServer: true });
  const address = await serve(answerFor(world), (server) => {
    server.on('upgrade', (request, socket, head) => {
      if (world.refuseUpgrade > 0) return socket.end(`HTTP/1.1 ${world.refuseUpgrade} No\r\n\r\n`);
      sockets.handleUpgrade(request, socket, head, (opened) => {
        opened.on('message', (data) => world.realtime(opened, JSON.parse(String(data))));
      });
    });
  });
  for (const one of world.numbers) one.voice_url ||= `${address}/incoming-call`;
  const directory = temporaryDirectory();
  writeFileSync(
    join(directory, 'clinica.yaml'),
    'id: clinica\nname: Clínica\ntimeZone: America/Fortaleza\n',
  );
  return {
    OPENAI_API_KEY: 'sk-canary-key',
    OPENAI_BASE_URL: `${address}/v1`,
    OPENAI_REALTIME_URL: `${address.replace('http', 'ws')}/v1/realtime`,
    TWILIO_ACCOUNT_SID: 'AC1',
    TWILIO_AUTH_TOKEN: 'canary-token',
    TWILIO_PHONE_NUMBER: number,
    TWILIO_API_URL: address,
    PUBLIC_URL: address,
    CLINICS_DIR: directory,
    RECORDINGS_DIR: join(directory, 'recordings'),
    APPOINTMENTS_DIR: join(directory, 'appointments'),
    DATA_DIR: join(directory, 'data'),
  };
}

function answerFor(world: World): RequestListener {
  return (request, response) => {
    const { pathname } = new URL(request.url ?? '', 'http://x');
    const answer = (status: number, body: unknown = {}) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body));
    };
    const update = request.method === 'POST';
    request.resume();
    if (pathname.startsWith('/v1/models/')) return answer(world.model.status, world.model.body);
    if (pathname === '/healthz') return answer(world.healthz);
    if (pathname.endsWith('/IncomingPhoneNumbers/PN1.json') && update) {
      const [first] = world.numbers;
      return answer(world.updateStatus, { ...first, code: 20001, message: 'no' });
    }
    if (pathname.endsWith('/IncomingPhoneNumbers.json'))
      return answer(200, { incoming_phone_numbers: world.numbers, page: 0, page_size: 1 });
    if (pathname.includes('/Accounts/AC1')) return answer(world.account.status, world.account.body);
    return answer(404);
  };
}

async function linesOf(environment: NodeJS.ProcessEnv, isToBeFixed = false) {
  const lines: string[] = [];
  const directory = temporaryDirectory();
  const checks = await doctorChecks(environment, { directory, isToBeFixed, clock });
  const isHealthy = await report(checks, (line) => lines.push(line));
  return { lines, isHealthy, trouble: lines.filter((line) => !line.startsWith('ok')) };
}

describe('the doctor of a healthy server', () => {
  it('finds nothing to fail, and names what it looked at', async () => {
    const { lines, isHealthy, trouble } = await linesOf(await environmentOf(healthy()));
    expect(isHealthy).toBe(true);
    expect(trouble).toEqual([expect.stringMatching(/^warn {2}address .*only on this machine/)]);
    for (const what of ['settings', 'clinics', 'model', 'realtime', 'twilio', 'number'])
      expect(lines).toContainEqual(expect.stringMatching(`^ok    ${what} `));
    expect(lines.filter((line) => /^ok {4}directory/.test(line))).toHaveLength(3);
  });

  it('prints no secret', async () => {
    const { lines } = await linesOf(await environmentOf(healthy()));
    expect(lines.join()).not.toMatch(/canary/);
  });

  it('leaves the directories as empty as they were', async () => {
    const environment = await environmentOf(healthy());
    await linesOf(environment);
    expect(readdirSync(environment.RECORDINGS_DIR ?? '')).toEqual([]);
  });
});

describe('the doctor with nothing set', () => {
  it('says that this is the sandbox, what to set, and asks nobody outside', async () => {
    const { CLINICS_DIR } = await environmentOf(healthy());
    const { lines, isHealthy, trouble } = await linesOf({ CLINICS_DIR });
    expect(isHealthy).toBe(true);
    expect(trouble).toHaveLength(1);
    expect(trouble[0]).toMatch(
      /sandbox.* OPENAI_API_KEY, TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN and PUBLIC_URL/,
    );
    expect(lines.join()).not.toMatch(/model|realtime|twilio {2}/);
  });
});

const modelAnswers = (status: number) => ({ model: { status, body: {} } });
const refusing = (code: string, param: string): World['realtime'] => {
  const error = { type: 'invalid_request_error', code, param, message: 'x' };
  return (socket) => socket.send(JSON.stringify({ type: 'error', event_id: 'e', error }));
};
const echoing = (type: string): World['realtime'] => {
  const audio = { input: { format: { type } }, output: { format: { type } } };
  return (socket, { session }) => accepting(socket, { session: { ...session, audio } });
};
const ringingAt = (voice_url: string) => ({
  numbers: [{ phone_number: number, sid: 'PN1', voice_url }],
});

/** One broken thing each: what is wrong outside, or with the settings, and the one line about it. */
const breakages: [string, Partial<World>, NodeJS.ProcessEnv, RegExp][] = [
  ['a key that is refused', modelAnswers(401), {}, /^fail {2}model .*OPENAI_API_KEY was refused/],
  [
    'a Redis that is not there',
    {},
    { REDIS_URL: 'redis://127.0.0.1:1' },
    /^fail {2}redis .*REDIS_URL/,
  ],
  ['a key without access', modelAnswers(403), {}, /^fail {2}model .*no access/],
  ['a model that does not exist', modelAnswers(404), {}, /^fail {2}model .*there is no model/],
  ['an account without quota', modelAnswers(429), {}, /^fail {2}model .*429/],
  ['a model service in trouble', modelAnswers(500), {}, /^fail {2}model .*answered 500/],
  [
    'a realtime key that is refused',
    { refuseUpgrade: 401 },
    {},
    /^fail {2}realtime .*OPENAI_API_KEY was refused.*http-401/,
  ],
  [
    'a key without the Realtime API',
    { refuseUpgrade: 403 },
    {},
    /^fail {2}realtime .*may not use the Realtime API/,
  ],
  [
    'settings that the model refuses',
    { realtime: refusing('unknown_parameter', 'session.x') },
    {},
    /^fail {2}realtime .*refused the voice settings.*unknown_parameter session\.x/,
  ],
  [
    'a model that answers with other audio',
    { realtime: echoing('audio/pcm') },
    {},
    /^fail {2}realtime .*refused the voice settings.*audio\/pcm/,
  ],
  [
    'a model that hangs up',
    { realtime: (socket) => socket.close(1011, 'x') },
    {},
    /^fail {2}realtime .*no usable session.*closed-1011/,
  ],
  [
    'Twilio credentials that are refused',
    { account: { status: 401, body: { code: 20003 } } },
    {},
    /^fail {2}twilio .*were refused/,
  ],
  [
    'a suspended Twilio account',
    { account: { status: 200, body: { sid: 'AC1', status: 'suspended' } } },
    {},
    /^fail {2}twilio .*suspended/,
  ],
  ['a number of somebody else', { numbers: [] }, {}, /^fail {2}number .*not a number of this/],
  [
    'a number that rings elsewhere',
    ringingAt('https://demo.twilio.com/x'),
    {},
    /^fail {2}number .*rings at https:\/\/demo\.twilio\.com\/x, not at .*--fix-webhook/,
  ],
  ['no telephone number', {}, { TWILIO_PHONE_NUMBER: '' }, /^warn {2}number .*is not set/],
  ['a public address that answers otherwise', { healthz: 502 }, {}, /^warn {2}address .*502/],
  ['a setting that is wrong', {}, { PORT: 'x' }, /^fail {2}settings .*PORT must be/],
  ['a clinic that does not exist', {}, { CLINIC: 'other' }, /^fail {2}clinics .*other/],
];

describe('the doctor says in one line', () => {
  it.each(breakages)('%s', async (_what, broken, change, line) => {
    const world = { ...healthy(), ...broken };
    const environment = { ...(await environmentOf(world)), ...change };
    const { trouble, isHealthy } = await linesOf(environment);
    const told = trouble.filter((text) => !/only on this machine/.test(text));
    expect(told.filter((text) => line.test(text)).length).toBeGreaterThan(0);
    expect(told.filter((text) => !line.test(text))).toEqual([]);
    expect(isHealthy).toBe(line.source.startsWith('^warn'));
  });

  it('each of several missing settings', async () => {
    const { CLINICS_DIR } = await environmentOf(healthy());
    const { trouble } = await linesOf({ CLINICS_DIR, TWILIO_AUTH_TOKEN: 'x' });
    const missing = ['OPENAI_API_KEY', 'TWILIO_ACCOUNT_SID', 'PUBLIC_URL'];
    expect(trouble.map((text) => text.match(/(\w+) is missing/)?.[1])).toEqual(
      expect.arrayContaining(missing),
    );
    expect(trouble).toHaveLength(missing.length);
  });

  it('each profile that cannot be read', async () => {
    const environment = await environmentOf(healthy());
    for (const name of ['a', 'b'])
      writeFileSync(join(environment.CLINICS_DIR ?? '', `${name}.yaml`), '{');
    const { trouble } = await linesOf(environment);
    const told = trouble.filter((text) => text.startsWith('fail'));
    expect(told).toEqual([
      expect.stringMatching(/clinics .*a\.yaml:1 /),
      expect.stringMatching(/clinics .*b\.yaml:1 /),
    ]);
  });

  it('a clinics directory that is not there', async () => {
    const environment = await environmentOf(healthy());
    environment.CLINICS_DIR = join(environment.CLINICS_DIR ?? '', 'none');
    expect((await linesOf(environment)).trouble[0]).toMatch(/^fail {2}clinics .*does not exist/);
  });

  it('that nobody answers, for each of the four addresses', async () => {
    const environment = await environmentOf(healthy());
    const dead = await deadAddress();
    const { trouble } = await linesOf({
      ...environment,
      OPENAI_BASE_URL: dead,
      OPENAI_REALTIME_URL: dead.replace('http', 'ws'),
      TWILIO_API_URL: dead,
      PUBLIC_URL: dead,
    });
    expect(trouble).toEqual([
      expect.stringMatching(/^fail {2}model .*ECONNREFUSED/),
      expect.stringMatching(/^fail {2}model .*ECONNREFUSED/),
      expect.stringMatching(/^fail {2}realtime .*ECONNREFUSED/),
      expect.stringMatching(/^fail {2}twilio .*did not answer/),
      expect.stringMatching(/^warn {2}address .*ECONNREFUSED/),
    ]);
  });
});

describe('the voice webhook', () => {
  const elsewhere = () => ({ ...healthy(), ...ringingAt('https://old.example/x') });

  it('is set when asked, and the line says what it was', async () => {
    const { lines, isHealthy } = await linesOf(await environmentOf(elsewhere()), true);
    expect(lines.join('\n')).toMatch(/ok {4}number .*now rings at .*before: https:\/\/old/);
    expect(isHealthy).toBe(true);
  });

  it('that Twilio does not take is a failure', async () => {
    const world = { ...elsewhere(), updateStatus: 400 };
    const { lines } = await linesOf(await environmentOf(world), true);
    expect(lines.join('\n')).toMatch(/fail {2}number .*did not take/);
  });

  it('with a connection override behind it is the same webhook', async () => {
    const world = healthy();
    const environment = await environmentOf(world);
    for (const one of world.numbers) one.voice_url += '#rt=5000&rc=2';
    expect((await linesOf(environment)).lines.join('\n')).toMatch(/ok {4}number/);
  });
});

describe('a model with an end', () => {
  const lookup = async (body: unknown) => {
    const baseUrl = `${await serve(answerFor({ ...healthy(), model: { status: 200, body } }))}/v1`;
    const setting = 'OPENAI_REALTIME_MODEL';
    return checkModel({ baseUrl, apiKey: 'k', model: 'm', setting, clock });
  };

  it.each([
    ['a date', '2027-01-20'],
    ['seconds', Date.parse('2027-01-20') / 1_000],
  ])('written as %s is a warning while it lives', async (_how, shutdown_date) => {
    expect(await lookup({ shutdown_date })).toMatchObject([
      { grade: 'warn', text: expect.stringContaining('2027-01-20') },
    ]);
  });

  it('in the past is a failure', async () => {
    expect(await lookup({ shutdown_date: '2026-10-23' })).toMatchObject([{ grade: 'fail' }]);
  });

  it.each([{ shutdown_date: null }, { shutdown_date: 'soon' }, [], 'x', null])(
    'that is not said is none: %j',
    async (body) => {
      expect(await lookup(body)).toMatchObject([{ grade: 'ok' }]);
    },
  );
});

describe('a server that accepts and says nothing', () => {
  it('is given up in time: the model', async () => {
    const baseUrl = await serve(() => undefined);
    const lookup = { baseUrl, apiKey: 'k', model: 'm', setting: 'S', clock, timeoutMs: 30 };
    expect(await checkModel(lookup)).toMatchObject([
      { grade: 'fail', text: expect.stringContaining('did not answer in time') },
    ]);
  });

  it('is given up in time: a session, which is then closed', async () => {
    let closed = 0;
    const silent = () => ({
      close: () => {
        closed += 1;
      },
    });
    expect(await checkSession('m', silent, () => '', 10)).toMatchObject([
      { grade: 'fail', text: expect.stringContaining('within 10 ms') },
    ]);
    expect(closed).toBe(1);
  });

  it('is given up in time: the public address', async () => {
    expect(await checkAddress('PUBLIC_URL', await serve(() => undefined), 30)).toMatchObject([
      { grade: 'warn', text: expect.stringContaining('did not answer in time') },
    ]);
  });
});

describe('a directory', () => {
  it('that is a file is a failure', async () => {
    const file = join(temporaryDirectory(), 'recordings');
    writeFileSync(file, '');
    expect(await checkDirectory('RECORDINGS_DIR', file)).toMatchObject([
      { grade: 'fail', text: expect.stringMatching(/RECORDINGS_DIR .* cannot be written \(E/) },
    ]);
  });

  it.each([
    ['ok', 2 ** 30],
    ['warn', 2 ** 30 - 1],
    ['warn', 50 * 2 ** 20],
    ['fail', 50 * 2 ** 20 - 1],
    ['fail', 0],
  ])('is %s with %i bytes free', (grade, bytes) => {
    expect(spaceFinding('DATA_DIR', '/data', bytes)).toMatchObject({ grade });
  });
});

describe('a report', () => {
  it('goes on when a check throws, and says so without personal data', async () => {
    const lines: string[] = [];
    const broken = { about: 'broken', run: () => Promise.reject(new Error(`for ${number}`)) };
    const fine = { about: 'fine', run: async () => [ok('fine', 'good')] };
    expect(await report([broken, fine], (line) => lines.push(line))).toBe(false);
    expect(lines).toEqual([
      'fail  broken        the check itself failed: Error: for [number]',
      'ok    fine          good',
    ]);
  });

  it('keeps every finding on one line', () => {
    expect(findingLine(ok('x', 'a\r\n  b'))).toBe('ok    x             a b');
  });

  it('takes from the log what explains a refusal, and only short values', () => {
    expect(
      loggedReasons(['{"code":"a","param":"b","msg":"long"}', '{"outputFormat":"audio/pcm"}']),
    ).toBe('a b audio/pcm');
  });
});
