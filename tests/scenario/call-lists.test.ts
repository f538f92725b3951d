import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createClock } from '../../src/platform/clock.ts';
import { createLog } from '../../src/platform/log.ts';
import { createSandboxCarrier, type SandboxCarrier } from '../../src/sandbox/carrier.ts';
import { type SandboxRest, startSandboxTwilioRest } from '../../src/sandbox/rest-server.ts';
import { openFileAppointmentStore } from '../../src/storage/file-appointment-store.ts';
import { createTwilioRest } from '../../src/twilio/rest-client.ts';
import { appointment } from '../support/agent-fixtures.ts';
import { useTool } from '../support/booking-by-tools.ts';
import { listTown, numberAt } from '../support/call-list-town.ts';
import { openProcessStage } from '../support/process-stage.ts';
import { callerSays } from '../support/spoken-turn.ts';
import { accountSid, apiKey, authToken, openStage, until } from '../support/stage.ts';

/** Tests run on Sundays too. */
const atAllHours = { DIAL_HOURS: 'mon-sun 00:00-24:00, hol 00:00-24:00' };
const clinicNumber = '+558835430000';
const authorization = `Bearer ${apiKey}`;

interface ListView {
  id: string;
  state: string;
  rows: { line: number; state: string; result?: string; answer?: string; dialledAt?: string }[];
  problems: { line: number; reason: string }[];
  error?: { code: string };
}

async function ask(
  url: string,
  method = 'GET',
  body?: string | object,
): Promise<[number, ListView]> {
  const type = typeof body === 'string' ? 'text/csv' : 'application/json';
  const answer = await fetch(url, {
    method,
    headers: { authorization, ...(body === undefined ? {} : { 'content-type': type }) },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  return [answer.status, (await answer.json()) as ListView];
}

const fileOf = (numbers: readonly string[]) =>
  ['telefone;nome;mensagem', ...numbers.map((to) => `${to};Maria;Lembrar do horário.`)].join(
    '\r\n',
  );

describe('a file of fifty people, three of whom cannot be rung', () => {
  let carrier: SandboxCarrier;
  let rest: SandboxRest;
  beforeAll(async () => {
    const options = { accountSid, authToken, phoneNumber: clinicNumber };
    carrier = createSandboxCarrier({ ...options, clock: createClock(), log: createLog('silent') });
    rest = await startSandboxTwilioRest({ carrier, accountSid, authToken, ringMs: 60_000 });
  });
  afterAll(async () => {
    await carrier.close();
    await rest.close();
  });
  const rings = () => rest.requests.filter(({ method }) => method === 'POST');

  it('rings forty-seven at its pace, tells the three by line, and rings nobody when it is sent again', async () => {
    const town = listTown({
      carrier: createTwilioRest({ accountSid, authToken, apiUrl: rest.url }),
      ending: ({ to }) => (to.endsWith('7') ? 'no-answer' : 'completed'),
    });
    const numbers = Array.from({ length: 50 }, (_, i) => numberAt(i));
    numbers[6] = 'ligar para o vizinho';
    numbers[20] = '';
    numbers[41] = numbers[3] ?? '';
    const made = await town.importCsv(fileOf(numbers));
    if (made.outcome !== 'created') throw new Error('no list');
    expect(made.list.problems).toEqual([
      { line: 8, reason: 'O telefone é inválido: use DDD e número.' },
      { line: 22, reason: 'Falta o telefone.' },
      { line: 43, reason: 'É a mesma pessoa da linha 5.' },
    ]);
    await town.lists.ask(made.list.id, 'resume');
    await town.pass(60);
    expect(rings().length).toBeGreaterThanOrEqual(29);
    expect(rings().length).toBeLessThanOrEqual(31);
    await town.pass(45);
    expect(rings()).toHaveLength(47);
    expect(new Set(rings().map(({ params }) => params.To)).size).toBe(47);
    const gaps = town.rung.slice(1).map(({ atMs }, i) => atMs - (town.rung[i]?.atMs ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(2_000);
    expect(town.lists.find(made.list.id)?.state).toBe('done');
    const again = await town.importCsv(fileOf(numbers));
    if (again.outcome !== 'created') throw new Error('no list');
    await town.lists.ask(again.list.id, 'resume');
    await town.pass(120);
    expect(rings()).toHaveLength(47);
    expect(town.lists.find(again.list.id)?.state).toBe('done');
  });
});

it('a person of the agenda who confirms on the telephone is confirmed in the agenda', async () => {
  const stage = await openStage({ env: atAllHours });
  try {
    const lists = `${stage.url}/api/v1/call-lists`;
    const directory = join(stage.directory, 'appointments');
    const store = await openFileAppointmentStore({ directory, log: createLog('silent') });
    const startsMs = Date.now() + 26 * 3_600_000;
    const day = new Date(startsMs - 3 * 3_600_000).toISOString().slice(0, 10);
    const startsAt = new Date(startsMs).toISOString();
    const [item] = appointment().items;
    if (!item) throw new Error('no item');
    const one = appointment({ status: 'booked', day, items: [{ ...item, day, startsAt }] });
    await store.save(one);

    expect((await ask(lists, 'POST', { from: 'agenda', day: 'amanhã' }))[0]).toBe(400);
    const [status, list] = await ask(lists, 'POST', { from: 'agenda', day, perMinute: 60 });
    expect([status, list.state, list.rows.length]).toEqual([201, 'ready', 1]);
    expect(stage.rest.requests).toEqual([]);
    const connection = stage.model.nextConnection();
    expect((await ask(`${lists}/${list.id}/resume`, 'POST'))[1].state).toBe('running');
    const model = await (await connection).configured();
    expect(model.session.instructions).toContain('answer_contact');
    const call = await until(
      () => [...stage.carrier.calls.values()].find(({ to }) => to === one.phone),
      'she is rung',
    );
    await call.started;
    expect((await useTool(model, 'answer_contact', { answer: 'confirmed' })).code).toBe(
      'wait-for-caller',
    );
    await callerSays(call, model, { text: 'Sou eu. Confirmo, sim.' });
    expect(await useTool(model, 'answer_contact', { answer: 'confirmed' })).toMatchObject({
      ok: true,
    });
    await call.hangUp();
    const record = await stage.record(call);
    const [kept] = await stage.appointments();
    expect(kept).toMatchObject({
      status: 'booked',
      confirmation: { answer: 'confirmed', callId: record.id },
    });
    const row = await until(async () => {
      const [, { rows }] = await ask(`${lists}/${list.id}`);
      return rows.find(({ state }) => state === 'ended');
    }, 'its row is over');
    expect(row).toMatchObject({ line: 1, result: 'answered', answer: 'confirmed' });
    const log = stage.log.join('');
    for (const secret of [one.phone ?? '', 'Maria']) expect(log).not.toContain(secret);
    expect(stage.model.violations).toEqual([]);
  } finally {
    await stage.close();
  }
});

describe('the address of lists', () => {
  it('is for those who may call, refuses what it cannot read, and never tells a number back', async () => {
    const stage = await openStage({ env: atAllHours });
    try {
      const lists = `${stage.url}/api/v1/call-lists`;
      expect((await fetch(lists, { method: 'POST', body: 'x' })).status).toBe(401);
      expect((await ask(lists, 'POST', 'nome\nAna\n'))[0]).toBe(422);
      expect((await ask(lists, 'POST', 'telefone;mensagem\n190;Oi\n'))[1]).toMatchObject({
        error: { code: 'no-rows', problems: [{ line: 2 }] },
      });
      expect((await ask(lists, 'POST', 'x'.repeat(2 * 1024 * 1024 + 1)))[0]).toBe(413);
      expect((await ask(`${lists}?perMinute=0`, 'POST', 'telefone\n1\n'))[0]).toBe(400);
      expect((await ask(`${lists}?clinic=nenhuma`, 'POST', 'telefone\n1\n'))[0]).toBe(422);
      const numbers = Array.from({ length: 800 }, (_, i) => numberAt(i));
      const big = fileOf(numbers).replaceAll('Maria', `Maria ${'da Paz '.repeat(10)}`);
      expect(big.length).toBeGreaterThan(64 * 1024);
      const [status, list] = await ask(`${lists}?kind=remind&name=Sexta`, 'POST', big);
      expect([status, list.rows.length]).toEqual([201, 800]);
      expect(JSON.stringify(list)).not.toMatch(/\+55|Maria|Lembrar/);
      expect((await ask(`${lists}/${list.id}/pause`, 'POST'))[0]).toBe(409);
      expect((await ask(`${lists}/${list.id}/stop`, 'POST'))[1].state).toBe('stopped');
      expect((await ask(`${lists}/x/stop`, 'POST'))[0]).toBe(404);
      const all = await (await fetch(lists, { headers: { authorization } })).json();
      expect(all).toMatchObject({ lists: [{ name: 'Sexta', rows: { all: 800 } }] });
      expect(stage.rest.requests).toEqual([]);
    } finally {
      await stage.close();
    }
  });
});

it('a list that is killed in the middle goes on and rings nobody twice', async () => {
  const stage = await openProcessStage();
  try {
    const lists = `${stage.line.url}/api/v1/call-lists`;
    const numbers = Array.from({ length: 8 }, (_, i) => numberAt(i));
    const rung = () => [...stage.carrier.calls.values()].map(({ to }) => to);
    const first = await stage.start(atAllHours);
    const [, list] = await ask(`${lists}?perMinute=60`, 'POST', fileOf(numbers));
    await ask(`${lists}/${list.id}/resume`, 'POST');
    await until(() => rung().length === 3, 'three were rung', 15_000);
    first.kill('SIGKILL');
    await first.exited;
    const second = await stage.start(atAllHours);
    await until(() => rung().length === 5, 'the list goes on', 15_000);
    second.kill('SIGKILL');
    await second.exited;
    await stage.start(atAllHours);
    await until(() => rung().length === 8, 'all were rung', 20_000);
    const again = await ask(`${lists}?perMinute=60`, 'POST', fileOf(numbers));
    expect(again[1].rows.every(({ state }) => state === 'skipped')).toBe(true);
    expect([...rung()].sort()).toEqual(numbers);
    const files = await readdir(join(stage.directory, 'data', 'call-lists'));
    expect(files.some((name) => name.startsWith('journal-'))).toBe(true);
    expect(
      await readFile(join(stage.directory, 'data', 'call-lists', 'journal-000001.jsonl'), 'utf8'),
    ).toContain(list.id);
  } finally {
    await stage.close();
  }
}, 60_000);
