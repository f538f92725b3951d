import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createId } from '../../src/platform/id.ts';
import { smallClinic } from '../support/booking-desk.ts';
import { callRecord } from '../support/call-record.ts';
import { type DeskServer, deskServer } from '../support/desk-server.ts';

let desk: DeskServer;
beforeEach(async () => {
  const litoral = smallClinic({ id: 'litoral', numbers: [] });
  desk = await deskServer({ clinics: [smallClinic(), litoral] });
});
afterEach(() => desk.server.close());

const call = (more: object = {}) =>
  desk.ask('POST', '/console/api/calls-out', {
    clinic: 'pequena',
    key: createId(),
    to: '(88) 99999-0002',
    message: 'Confirmar a consulta de amanhã.',
    ...more,
  });
const csv = { 'content-type': 'text/csv' };
const upload = (text: string, query = 'clinic=pequena&kind=custom') =>
  desk.ask('POST', `/console/api/call-lists?${query}`, text, csv);

describe('a call that staff ask for', () => {
  it('rings the number as people write it, once however often it is sent', async () => {
    const key = createId();
    const [one, two] = [await call({ key }), await call({ key })];
    expect([one.status, two.status]).toEqual([202, 202]);
    expect(one.body.id).toBe(two.body.id);
    expect(desk.town.rung.map(({ to }) => to)).toEqual(['+5588999990002']);
    const view = await desk.ask('GET', `/console/api/calls-out/${one.body.id}`);
    expect(view.body).toMatchObject({
      status: 'queued',
      isOver: false,
      mine: true,
      purpose: 'Confirmar a consulta de amanhã.',
      callId: null,
    });
    const holder = `user-${desk.access.person?.userId}`;
    expect(desk.town.outbound.dial(one.body.id)?.keyId).toBe(holder);
  });

  it('is told how it ended, and which call it became', async () => {
    const { body } = await call();
    const dial = desk.town.outbound.dial(body.id);
    const callSid = dial?.callSid ?? '';
    const report = (status: 'ringing' | 'in-progress' | 'completed') =>
      desk.town.outbound.reported(body.id, { callSid, attempt: 1 }, () => ({ status }));
    const view = async () => (await desk.ask('GET', `/console/api/calls-out/${body.id}`)).body;
    await report('ringing');
    expect(await view()).toMatchObject({ status: 'ringing', isOver: false });
    await desk.town.outbound.answeredBy(body.id, { callSid, attempt: 1 }, 'human');
    await report('completed');
    const record = callRecord({ callSid, startedAt: new Date(desk.clock.wallMs()).toISOString() });
    await desk.calls.save(record);
    expect(await view()).toMatchObject({
      status: 'completed',
      isOver: true,
      answeredBy: 'human',
      callId: record.id,
    });
    const list = await desk.ask('GET', '/console/api/calls-out?clinic=pequena');
    expect(list.body.dials).toHaveLength(1);
    expect((await desk.ask('GET', '/console/api/calls-out?clinic=litoral')).body.dials).toEqual([]);
  });

  it('is refused with the same reasons as any other call of ours', async () => {
    await call();
    expect((await call()).body.error.code).toBe('number-called-recently');
    expect((await call({ message: '' })).status).toBe(400);
    expect((await call({ to: '190' })).body.error.code).toBe('emergency-number');
    desk.access.person = { userId: 'u2', name: 'Rui', role: 'auditor', clinics: 'all' };
    expect((await call()).status).toBe(403);
    expect(desk.town.rung).toHaveLength(1);
  });

  it('of another clinic is not there', async () => {
    const { body } = await call();
    desk.access.person = { userId: 'u9', name: 'Lu', role: 'admin', clinics: ['litoral'] };
    const missing = await desk.ask('GET', `/console/api/calls-out/${createId()}`);
    const foreign = await desk.ask('GET', `/console/api/calls-out/${body.id}`);
    expect([foreign.status, foreign.text]).toEqual([404, missing.text]);
    expect((await call()).text).toBe(missing.text);
  });
});

describe('a list of people', () => {
  const file = [
    'telefone;nome;mensagem',
    '(88) 99999-0002;Maria;Sua consulta mudou.',
    '123;José;Olá',
    '(88) 98888-0003;Ana;',
  ].join('\n');

  it('rings nobody before somebody has seen its bad lines and starts it', async () => {
    const made = await upload(file);
    expect(made.status).toBe(201);
    expect(made.body.people).toMatchObject([{ line: 2, name: 'Maria', state: 'waiting' }]);
    expect(made.body.problemLines.map(({ line }: { line: number }) => line)).toEqual([3, 4]);
    await desk.town.pass(5);
    expect(desk.town.rung).toEqual([]);
    const url = `/console/api/call-lists/${made.body.id}`;
    expect((await desk.ask('POST', `${url}/resume`)).body.state).toBe('running');
    expect((await desk.ask('POST', `${url}/pause`)).body.state).toBe('paused');
    expect((await desk.ask('POST', `${url}/resume`)).body.state).toBe('running');
    await desk.town.pass(5);
    expect(desk.town.rung.map(({ to }) => to)).toEqual(['+5588999990002']);
    const done = await desk.ask('GET', url);
    expect(done.body).toMatchObject({ state: 'done', rows: { all: 1, ended: 1 } });
    expect((await desk.ask('POST', `${url}/stop`)).status).toBe(409);
    const line = (await desk.ask('GET', '/console/api/call-lists?clinic=pequena')).body.lists[0];
    expect(JSON.stringify(line)).not.toMatch(/Maria|99999/);
  });

  it('is refused whole when it cannot be read, or has nobody', async () => {
    expect((await upload('a;b\n1;2')).body.error.code).toBe('invalid-csv');
    const nobody = await upload('telefone;mensagem\n123;Olá');
    expect([nobody.status, nobody.body.error.code]).toEqual([422, 'no-rows']);
    expect(nobody.body.error.problems).toHaveLength(1);
  });

  it('of another clinic cannot be seen, started or stopped', async () => {
    const { body } = await upload(file);
    desk.access.person = { userId: 'u9', name: 'Lu', role: 'admin', clinics: ['litoral'] };
    const url = `/console/api/call-lists/${body.id}`;
    expect((await desk.ask('GET', url)).status).toBe(404);
    for (const wish of ['pause', 'resume', 'stop'])
      expect((await desk.ask('POST', `${url}/${wish}`)).status).toBe(404);
    expect((await upload(file)).status).toBe(404);
  });
});

describe('people who are left alone', () => {
  const add = (number: string, reason = 'pediu na recepção') =>
    desk.ask('POST', '/console/api/opt-outs', { number, reason });
  const list = (number = '') =>
    desk.ask('GET', `/console/api/opt-outs?number=${encodeURIComponent(number)}`);

  it('are put on the list by staff with a reason, and taken off by an admin only', async () => {
    desk.access.person = { userId: 'u2', name: 'Bia', role: 'staff', clinics: 'all' };
    expect((await add('(88) 9999-0002')).body.error.code).toBe('invalid-fields');
    expect((await add('(88) 99999-0002', '')).status).toBe(400);
    expect((await add('(88) 99999-0002')).body).toEqual({ changed: true });
    expect((await list()).body.optOuts).toMatchObject([{ number: '+5588999990002' }]);
    expect(desk.access.entries.at(-2)).toMatchObject({
      action: 'opt-out.add',
      detail: { reason: 'pediu na recepção' },
    });
    const off = () =>
      desk.ask('POST', '/console/api/opt-outs/remove', {
        number: '88 99999-0002',
        reason: 'quer receber de novo',
      });
    expect((await off()).status).toBe(403);
    desk.access.person = { userId: 'u3', name: 'Lu', role: 'admin', clinics: 'all' };
    expect((await off()).body).toEqual({ changed: true });
    expect((await list()).body.optOuts).toEqual([]);
  });

  it('are not read as a whole by who sees one clinic only', async () => {
    await add('(88) 99999-0002');
    desk.access.person = { userId: 'u9', name: 'Lu', role: 'admin', clinics: ['litoral'] };
    expect((await list()).status).toBe(403);
    expect((await list('88999990002')).body.optOuts).toHaveLength(1);
    expect((await list('88999990003')).body.optOuts).toEqual([]);
  });
});
