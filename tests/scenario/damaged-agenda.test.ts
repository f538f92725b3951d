import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reconcileBookings } from '../../src/agent/booking-reconciler.ts';
import { createLog } from '../../src/platform/log.ts';
import type { Appointment } from '../../src/scheduling/appointment.ts';
import { openStorage } from '../../src/storage/storage-profile.ts';
import {
  clinicsDirectory,
  clockAt,
  shippedClinic,
  thursdayMorning,
} from '../support/agent-fixtures.ts';
import { bookDirectly, directReception } from '../support/direct-desk.ts';
import { freePort, spawnServer } from '../support/server-process.ts';
import { apiKey } from '../support/stage.ts';

const allDays = { from: '2026-11-01', to: '2027-12-31' };
const nowMs = Date.parse(thursdayMorning) + 600_000;

let lines: string[] = [];
const log = createLog('info', { write: (line) => void lines.push(line) });
const storageIn = (directory: string) =>
  openStorage({
    kind: 'files',
    recordingsDirectory: join(directory, 'recordings'),
    appointmentsDirectory: join(directory, 'appointments'),
    dataDirectory: join(directory, 'data'),
    databaseUrl: undefined,
    log,
  });

/** A clinic that was stopped in good order: three people are booked, two left a message. */
let good = '';
let work = '';
let booked: Appointment[] = [];
beforeAll(async () => {
  good = await mkdtemp(join(tmpdir(), 'agenda-good-'));
  work = await mkdtemp(join(tmpdir(), 'agenda-damaged-'));
  const stores = await storageIn(good);
  const clinic = await shippedClinic('aurora');
  const reception = directReception({ clinic, clock: clockAt(thursdayMorning), stores });
  for (const [i, name] of ['Ana Sousa', 'Bia Matos', 'Caio Lima'].entries()) {
    const patient = { patient_name: name, birth_date: '12/03/1985', rg: `200100200${i}` };
    const conversation = reception.begin({ callerE164: `+558899999000${i}` });
    expect(await bookDirectly(conversation, { patient })).toMatchObject({ ok: true });
    if (i === 0) continue;
    const left = await conversation.use('leave_message', { name, message: 'Podem me ligar?' });
    expect(left).toMatchObject({ ok: true });
  }
  booked = await stores.appointments.list(allDays);
  await stores.close();
});
afterAll(async () => {
  for (const made of [good, work]) await rm(made, { recursive: true, force: true });
});

/** What the next start makes of it, and the one after that. */
async function starts(directory: string) {
  lines = [];
  const stores = await storageIn(directory);
  await reconcileBookings({ ...stores, nowMs, log });
  const files = await stores.appointments.list(allDays);
  const places = await Promise.all(booked.map(({ id }) => stores.schedule.find(id)));
  const requests = await stores.requests.list({ limit: 10 });
  await stores.close();
  return {
    files: files.filter(({ status }) => status === 'booked').length,
    places: places.filter((one) => one?.status === 'booked').length,
    requests: requests.length,
    errors: lines.filter((line) => line.includes('"level":"error"')).length,
  };
}
const all = { files: 3, places: 3, requests: 2, errors: 0 };

async function damagedCopy(): Promise<string> {
  const directory = join(work, 'run');
  await rm(directory, { recursive: true, force: true });
  await cp(good, directory, { recursive: true });
  return directory;
}

/** The newest file in a place whose name begins so. */
async function newest(directory: string, place: string, start: string): Promise<string> {
  const names = (await readdir(join(directory, place))).filter((name) => name.startsWith(start));
  return join(directory, place, names.sort().at(-1) ?? 'none');
}

const half = (text: string) => text.slice(0, text.length / 2);
const zeros = (text: string) => '\0'.repeat(text.length);
const foreign = () => '{"hello":"world"}\n';
const nothing = () => '';
const withoutLastLine = (text: string) => text.split('\n').slice(0, -2).join('\n').concat('\n');

describe('an agenda whose files were damaged while nobody ran', () => {
  it.each<[string, string, (text: string) => string]>([
    ['half a line at the end of its journal', 'journal-', (text) => `${text}{"seq":99,"op":"res`],
    ['zeros at the end of its journal', 'journal-', (text) => text + '\0'.repeat(4_096)],
    ['its last booking cut in two', 'journal-', (text) => text.slice(0, -30)],
    ['its last booking missing', 'journal-', withoutLastLine],
  ])('starts with everybody booked: %s', async (_, start, damage) => {
    const directory = await damagedCopy();
    const path = await newest(directory, 'data/schedule', start);
    await writeFile(path, damage(await readFile(path, 'utf8')));
    expect(await starts(directory)).toEqual(all);
    expect(await starts(directory)).toEqual(all);
  });

  it('starts with everybody booked beside files that are none of ours', async () => {
    const directory = await damagedCopy();
    for (const place of ['data/schedule', 'data/requests', 'data', 'appointments']) {
      await writeFile(join(directory, place, 'export.json'), foreign());
      await writeFile(join(directory, place, '.lock'), '{"pid":');
    }
    expect(await starts(directory)).toEqual(all);
    expect(await readFile(join(directory, 'appointments', 'export.json'), 'utf8')).toBe(foreign());
  });

  it.each<[string, string, (text: string) => string]>([
    ['a journal of zeros', 'journal-', zeros],
    ['an empty journal', 'journal-', nothing],
    ['a foreign journal', 'journal-', foreign],
    [
      'a changed line in the middle of the journal',
      'journal-',
      (text) => text.replace('"seq":3,', '"seq":8,'),
    ],
    ['half a snapshot', 'snapshot-', half],
    ['a snapshot of zeros', 'snapshot-', zeros],
    ['a foreign snapshot', 'snapshot-', foreign],
  ])('refuses to start and names the file: %s', async (_, start, damage) => {
    const directory = await damagedCopy();
    const path = await newest(directory, 'data/schedule', start);
    await writeFile(path, damage(await readFile(path, 'utf8')));
    const kept = await readFile(path, 'utf8');
    for (const attempt of [1, 2]) {
      const error = await starts(directory).catch((reason: unknown) => reason);
      expect(error, `start ${attempt}`).toMatchObject({ code: 'STORE_DAMAGED' });
      expect((error as Error).message).toContain(path.split('/').at(-1));
      expect(await readFile(path, 'utf8')).toBe(kept);
    }
  });

  it('refuses to start when the agenda is gone and the appointments are not', async () => {
    const directory = await damagedCopy();
    const schedule = join(directory, 'data/schedule');
    await rm(schedule, { recursive: true });
    for (const attempt of [1, 2]) {
      const error = await starts(directory).catch((reason: unknown) => reason);
      expect(error, `start ${attempt}`).toMatchObject({ code: 'STORE_DAMAGED' });
      expect((error as Error).message).toContain(schedule);
    }
    // Put back, it is as before.
    await cp(join(good, 'data/schedule'), schedule, { recursive: true });
    expect(await starts(directory)).toEqual(all);
  });

  it('says which appointments have no place any more, when more than one line is missing', async () => {
    const directory = await damagedCopy();
    const path = await newest(directory, 'data/schedule', 'journal-');
    const text = await readFile(path, 'utf8');
    await writeFile(path, withoutLastLine(withoutLastLine(text)));
    expect(await starts(directory)).toEqual({ ...all, places: 2, errors: 1 });
    expect(lines.filter((line) => line.includes('has no place in the agenda'))).toHaveLength(1);
  });

  it('says so when a file stands where its directory should be', async () => {
    const directory = await damagedCopy();
    await rm(join(directory, 'data'), { recursive: true });
    await writeFile(join(directory, 'data'), 'x');
    await expect(starts(directory)).rejects.toMatchObject({ code: 'STORE_WRITE_FAILED' });
  });
});

describe('an appointment or a request that was damaged while nobody ran', () => {
  it.each([
    ['is cut in two', half],
    ['is zeros', zeros],
    ['is empty', nothing],
    ['is foreign', foreign],
  ])(
    'and %s is named and left alone; its place is not given away, and all others are there',
    async (_, damage) => {
      const directory = await damagedCopy();
      const paths = [
        await newest(directory, 'appointments', '20'),
        await newest(directory, 'data/requests', '20'),
      ];
      for (const path of paths) await writeFile(path, damage(await readFile(path, 'utf8')));
      const contents = await Promise.all(paths.map((path) => readFile(path, 'utf8')));
      for (const attempt of [1, 2]) {
        const found = await starts(directory);
        expect(found, `start ${attempt}`).toMatchObject({ files: 2, places: 3, requests: 1 });
        for (const path of paths) {
          const id = path.slice(-'.json'.length - 26, -'.json'.length);
          expect(lines.some((line) => line.includes(id))).toBe(true);
        }
      }
      expect(await Promise.all(paths.map((path) => readFile(path, 'utf8')))).toEqual(contents);
    },
  );
});

describe('the server itself', () => {
  async function serverOn(directory: string) {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const server = spawnServer({
      directory,
      env: {
        PORT: String(port),
        HOST: '127.0.0.1',
        PUBLIC_URL: url,
        OPENAI_API_KEY: 'sk-test',
        TWILIO_ACCOUNT_SID: `AC${'0'.repeat(32)}`,
        TWILIO_AUTH_TOKEN: 'test',
        TWILIO_PHONE_NUMBER: '+558835430000',
        API_KEY: apiKey,
        CLINICS_DIR: clinicsDirectory,
        RECORDINGS_DIR: join(directory, 'recordings'),
        APPOINTMENTS_DIR: join(directory, 'appointments'),
        DATA_DIR: join(directory, 'data'),
      },
    });
    return { server, url };
  }

  it('ends with one readable line and no zero when its agenda cannot be trusted', async () => {
    const directory = await damagedCopy();
    const path = await newest(directory, 'data/schedule', 'journal-');
    await writeFile(path, foreign());
    const { server } = await serverOn(directory);
    expect(await server.exited).toMatchObject({ code: 1 });
    const written = server.output().trim().split('\n');
    expect(written).toEqual([
      expect.stringMatching(/^STORE_DAMAGED: journal-\d+\.jsonl: .+; restore it from a copy$/),
    ]);
  });

  it('starts after half a line and a damaged appointment, and shows staff all the others', async () => {
    const directory = await damagedCopy();
    const journal = await newest(directory, 'data/schedule', 'journal-');
    await writeFile(journal, `${await readFile(journal, 'utf8')}{"seq":99,"op"`);
    const file = await newest(directory, 'appointments', '20');
    await writeFile(file, '');
    const { server, url } = await serverOn(directory);
    try {
      await server.wrote('"listening"');
      const answer = await fetch(`${url}/api/v1/appointments?from=2026-11-01&to=2027-10-31`, {
        headers: { authorization: `Bearer ${apiKey}` },
      });
      const text = await answer.text();
      expect(answer.status, text).toBe(200);
      const shown = booked.filter(({ id }) => text.includes(id));
      expect(shown).toEqual(booked.filter(({ id }) => !file.includes(id)));
      expect(server.output()).toContain('an appointment file could not be understood');
      expect(server.output()).toContain('the unfinished end of a journal was dropped');
    } finally {
      server.kill('SIGTERM');
      await server.exited;
    }
  });
});
