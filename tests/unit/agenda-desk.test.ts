import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AgendaView, LaneDay } from '../../src/console/agenda-view.ts';
import { CodedError } from '../../src/platform/errors.ts';
import { createId } from '../../src/platform/id.ts';
import { staffRequest } from '../support/agent-fixtures.ts';
import { smallClinic } from '../support/booking-desk.ts';
import { type DeskServer, deskServer, typedMaria } from '../support/desk-server.ts';
import { until } from '../support/stage.ts';

const ana = 'ana-lima/consulta@ana-lima';
const bia = 'bia-rocha/consulta@bia-rocha';
const friday = '2026-11-27';
const tuesday = '2026-12-01';
const away = (date: string, from = '08:00', until = '10:00') => ({
  clinic: 'pequena',
  kind: 'practitioner',
  lane: 'ana-lima',
  from: { date, time: from },
  until: { date, time: until },
  reason: 'vacation',
});

let desk: DeskServer;
beforeEach(async () => {
  const exceptions = [
    { from: '2026-11-30', practitioner: 'ana-lima', closed: true, note: 'congresso' },
    { from: '2026-12-02', closed: true, note: 'dedetização' },
  ];
  const rooms = [{ id: 'sala', name: 'Sala 1' }];
  desk = await deskServer({ clinics: [smallClinic({ exceptions, rooms }), litoral()] });
});
afterEach(() => desk.server.close());

function litoral() {
  return smallClinic({ id: 'litoral', name: 'Clínica Litoral', numbers: [] });
}

async function agenda(from: string, more = ''): Promise<AgendaView> {
  const answer = await desk.ask('GET', `/console/api/agenda?clinic=pequena&from=${from}${more}`);
  expect(answer.status).toBe(200);
  return answer.body;
}
async function laneOf(id: string, from: string): Promise<LaneDay> {
  const lane = (await agenda(from)).lanes.find((one) => one.id === id);
  const day = lane?.days[0];
  if (!day) throw new Error(`no lane ${id}`);
  return day;
}
const at = (date: string, time: string) => Date.parse(`${date}T${time}:00-03:00`);
const bookAna = async (time = '08:00', wish: object = {}) =>
  desk.book({ slots: [{ bookable: ana, startMs: at(friday, time) }], ...wish });
const idOf = async (answer: ReturnType<typeof bookAna>) => (await answer).body.id as string;

describe('the agenda as staff see it', () => {
  it('shows what is free, booked, held and by order of arrival', async () => {
    expect((await bookAna()).status).toBe(201);
    const call = desk.begin();
    const [token = ''] = await call.tokens('cardiologista', 'sexta às oito e meia');
    await call.use('hold_slots', { slots: [token] });
    const lane = await laneOf('ana-lima', friday);
    expect(lane.entries.map(({ kind, startMs }) => [kind, startMs])).toEqual([
      ['appointment', at(friday, '08:00')],
      ['hold', at(friday, '08:30')],
    ]);
    expect(lane.entries[0]).toMatchObject({ patient: 'Maria da Silva', byStaff: true });
    expect(lane.openings[0]).toMatchObject({
      mode: 'appointed',
      free: [{ startMs: at(friday, '09:00'), endMs: at(friday, '10:00') }],
    });
    await desk.book({ slots: [{ bookable: bia, startMs: at(tuesday, '14:00') }] });
    expect((await laneOf('bia-rocha', tuesday)).openings[0]).toMatchObject({
      mode: 'arrival',
      places: { all: 2, taken: 1 },
    });
  });

  it('says why nothing is offered: weekend, exception, holiday, not a day of theirs', async () => {
    const week = await agenda('2026-11-29', '&days=7');
    const days = new Map(week.days.map((day) => [day.date, day.closed]));
    expect(days.get('2026-11-29')).toEqual({ reason: 'weekday', name: null });
    expect(days.get('2026-12-02')).toEqual({ reason: 'exception', name: 'dedetização' });
    expect(days.get('2026-11-30')).toBeNull();
    const lane = (id: string) => week.lanes.find((one) => one.id === id)?.days ?? [];
    expect(lane('ana-lima').find(({ date }) => date === '2026-11-30')?.closed).toEqual({
      reason: 'exception',
      name: 'congresso',
    });
    expect(lane('bia-rocha').find(({ date }) => date === '2026-11-30')?.closed).toEqual({
      reason: 'not-here',
      name: null,
    });
    const christmas = await agenda('2026-12-25');
    expect(christmas.days[0]?.closed).toEqual({ reason: 'holiday', name: 'Natal' });
    expect(christmas.lanes.every(({ days: [day] }) => day?.closed?.reason === 'clinic')).toBe(true);
  });

  it('is told again only when something changed, and only then is a row of the trail written', async () => {
    const url = `/console/api/agenda?clinic=pequena&from=${friday}`;
    const first = await desk.ask('GET', url);
    const etag = String(first.headers.etag);
    const rows = desk.access.entries.length;
    desk.clock.advance(60_000);
    expect((await desk.ask('GET', url, undefined, { 'if-none-match': etag })).status).toBe(304);
    expect(desk.access.entries).toHaveLength(rows);
    await bookAna();
    expect((await desk.ask('GET', url, undefined, { 'if-none-match': etag })).status).toBe(200);
    expect(desk.access.entries.at(-1)).toMatchObject({ action: 'agenda.view' });
  });
});

describe('an appointment that staff write by hand', () => {
  it('is booked in both stores, says who wrote it, and is found by name, protocol and telephone', async () => {
    const { status, body } = await bookAna('08:00', { payment: { method: 'pix' } });
    expect(status).toBe(201);
    expect(body).toMatchObject({
      status: 'booked',
      byStaff: true,
      time: '08:00',
      priceCentavos: 25_000,
      payment: { method: 'pix' },
      evidence: null,
      phone: '+5588999998888',
    });
    const kept = await desk.appointments.find(body.id);
    expect(kept).toMatchObject({ channel: 'staff', bookedBy: desk.access.person?.userId });
    expect((await desk.schedule.find(body.id))?.status).toBe('booked');
    for (const q of ['maria silva', 'MÁRIA', body.protocol, '99999-8888']) {
      const found = await desk.ask(
        'GET',
        `/console/api/appointments?clinic=pequena&q=${encodeURIComponent(q)}`,
      );
      expect(
        found.body.appointments.map((one: { id: string }) => one.id),
        q,
      ).toEqual([body.id]);
    }
    const none = await desk.ask('GET', '/console/api/appointments?clinic=pequena&q=joana');
    expect(none.body.appointments).toEqual([]);
  });

  it('sent twice is one', async () => {
    const key = createId();
    const [one, two] = await Promise.all([bookAna('08:00', { key }), bookAna('08:00', { key })]);
    expect([one.status, two.status]).toEqual([201, 201]);
    expect(one.body.id).toBe(two.body.id);
    expect(await desk.kept()).toHaveLength(1);
  });

  it('at a time that is taken is refused with others that are free', async () => {
    await bookAna();
    const again = await bookAna('08:00', { patient: { ...typedMaria, name: 'José Lima' } });
    expect(again.status).toBe(409);
    expect(again.body.error.code).toBe('slot-taken');
    expect(again.body.error.alternatives[0]).toMatchObject({ date: friday, time: '08:30' });
    expect(await desk.kept()).toHaveLength(1);
  });

  it('needs what the clinic asks of a patient, told field by field', async () => {
    const patient = { ...typedMaria, name: 'M', rg: '', cpf: '123', birthDate: '2030-01-01' };
    const { status, body } = await bookAna('08:00', { patient });
    expect(status).toBe(422);
    expect(Object.keys(body.error.fields).sort()).toEqual(['birthDate', 'cpf', 'name', 'rg']);
    expect(await desk.kept()).toEqual([]);
    expect((await laneOf('ana-lima', friday)).entries).toEqual([]);
  });

  it('may begin at once: whoever stands before the desk needs no notice', async () => {
    desk.clock.advance((at(friday, '07:58') - desk.clock.wallMs()) as number);
    expect((await bookAna('08:00')).status).toBe(201);
    expect((await bookAna('07:30')).body.error.code).toBe('past');
  });

  it('is not made when the trail cannot be written', async () => {
    desk.access.isTrailBroken = true;
    expect((await bookAna()).status).toBe(503);
    expect(await desk.kept()).toEqual([]);
  });
});

describe('an appointment that is moved', () => {
  it('changes its place in one step, and points back to where it was agreed', async () => {
    const call = desk.begin();
    await call.book('cardiologista', 'sexta às oito');
    const [agreed] = await desk.kept();
    const slots = [{ bookable: ana, startMs: at(friday, '09:30') }];
    const url = `/console/api/appointments/${agreed?.id}/move`;
    const moved = await desk.ask('POST', url, { key: createId(), slots });
    expect(moved.status).toBe(200);
    expect(moved.body).toMatchObject({ time: '09:30', replaces: agreed?.id, phone: agreed?.phone });
    const before = await desk.appointments.find(agreed?.id ?? '');
    expect(before).toMatchObject({ status: 'cancelled', replacedBy: moved.body.id });
    expect((await laneOf('ana-lima', friday)).entries).toHaveLength(1);
    const view = await desk.ask('GET', `/console/api/appointments/${moved.body.id}`);
    expect(view.body.evidence).toEqual({ callId: agreed?.callId, atS: 42 });
  });

  it('stays where it is when the new place is taken', async () => {
    const id = await idOf(bookAna('08:00'));
    await bookAna('09:00', { patient: { ...typedMaria, name: 'José Lima' } });
    const slots = [{ bookable: ana, startMs: at(friday, '09:00') }];
    const url = `/console/api/appointments/${id}/move`;
    const moved = await desk.ask('POST', url, { key: createId(), slots });
    expect(moved.status).toBe(409);
    expect(moved.body.error).toMatchObject({ code: 'slot-taken' });
    expect(moved.body.error.alternatives.map((one: { time: string }) => one.time)).toContain(
      '08:30',
    );
    expect((await desk.appointments.find(id))?.status).toBe('booked');
    expect((await desk.schedule.find(id))?.status).toBe('booked');
  });
});

describe('an appointment that is called off or kept', () => {
  it('is cancelled with a reason, and says who waits for its place', async () => {
    const id = await idOf(bookAna());
    const waiting = { clinic: 'pequena', bookable: ana, name: 'Zé Souza', phone: '88999997777' };
    expect((await desk.ask('POST', '/console/api/waiting', waiting)).status).toBe(201);
    const url = `/console/api/appointments/${id}/cancel`;
    expect((await desk.ask('POST', url, { note: '' })).status).toBe(400);
    const { status, body } = await desk.ask('POST', url, { note: 'médica doente' });
    expect(status).toBe(200);
    expect(body.appointment).toMatchObject({
      status: 'cancelled',
      cancellation: { reason: 'by-staff', note: 'médica doente' },
    });
    expect(body.waiting).toMatchObject([{ name: 'Zé Souza', phone: '+5588999997777' }]);
    expect((await laneOf('ana-lima', friday)).entries).toEqual([]);
    const list = await desk.ask('GET', '/console/api/waiting?clinic=pequena');
    expect(list.body.waiting[0].nextFree).toMatchObject({ date: friday, time: '08:00' });
    // Booking for whoever waited takes them off the list.
    await bookAna('08:00', { waiting: list.body.waiting[0].id });
    expect((await desk.ask('GET', '/console/api/waiting?clinic=pequena')).body.waiting).toEqual([]);
  });

  it('is marked on its day only, and the mark can be taken back', async () => {
    const id = await idOf(bookAna());
    const mark = (status: string) =>
      desk.ask('POST', `/console/api/appointments/${id}/attendance`, { status });
    expect((await mark('arrived')).status).toBe(409);
    desk.clock.advance(at(friday, '07:50') - desk.clock.wallMs());
    expect((await mark('noshow')).status).toBe(409);
    expect((await mark('arrived')).body.status).toBe('arrived');
    expect((await mark('booked')).body.status).toBe('booked');
    desk.clock.advance(30 * 60_000);
    expect((await mark('noshow')).body.status).toBe('noshow');
    expect((await mark('arrived')).body.status).toBe('arrived');
    expect((await mark('fulfilled')).body.status).toBe('fulfilled');
    const cancel = await desk.ask('POST', `/console/api/appointments/${id}/cancel`, { note: 'x' });
    expect([cancel.status, cancel.body.error.code]).toEqual([409, 'past']);
  });
});

describe('time that staff close', () => {
  it('is offered to nobody until it is opened again', async () => {
    const closed = await desk.ask('POST', '/console/api/agenda/blocks', away(friday));
    expect(closed.status).toBe(201);
    expect(await desk.slots(ana, friday)).toEqual([]);
    const offered = (await desk.begin().find('cardiologista', 'sexta')).slots;
    expect(offered.map(({ date }) => date)).not.toContain(friday);
    expect((await bookAna()).body.error.code).toBe('slot-taken');
    expect((await laneOf('ana-lima', friday)).entries).toMatchObject([
      { kind: 'block', reason: 'vacation' },
    ]);
    const url = `/console/api/agenda/blocks/${closed.body.id}`;
    expect((await desk.ask('DELETE', url)).status).toBe(204);
    expect((await desk.ask('DELETE', url)).status).toBe(204);
    expect(await desk.slots(ana, friday)).toHaveLength(4);
  });

  it('may be weeks long', async () => {
    const wish = { ...away(friday, '00:00'), until: { date: '2026-12-20', time: '23:59' } };
    expect((await desk.ask('POST', '/console/api/agenda/blocks', wish)).status).toBe(201);
    expect(await desk.slots(ana, friday, 20)).toEqual([]);
    expect((await laneOf('ana-lima', '2026-12-18')).entries[0]).toMatchObject({ kind: 'block' });
    const longer = { ...wish, until: { date: '2027-02-20', time: '23:59' } };
    expect((await desk.ask('POST', '/console/api/agenda/blocks', longer)).status).toBe(422);
  });

  it('is refused while somebody is booked in it, and says who', async () => {
    const id = await idOf(bookAna('09:00'));
    const answer = await desk.ask('POST', '/console/api/agenda/blocks', away(friday));
    expect(answer.status).toBe(409);
    expect(answer.body.error).toMatchObject({ code: 'occupied', appointments: [{ id }] });
    expect(await desk.slots(ana, friday)).toHaveLength(3);
  });

  it('cannot be opened by the name of an appointment', async () => {
    const id = await idOf(bookAna());
    expect((await desk.ask('DELETE', `/console/api/agenda/blocks/${id}`)).status).toBe(404);
    expect((await desk.schedule.find(id))?.status).toBe('booked');
  });
});

describe('a disk that takes nothing', () => {
  const broken = () => Promise.reject(new CodedError('STORE_WRITE_FAILED', 'full'));

  it('books nobody and says so; the place is free when its hold is over', async () => {
    const { save } = desk.appointments;
    desk.appointments.save = broken;
    const { status, body } = await bookAna();
    expect([status, body.error.code]).toEqual([503, 'not-written']);
    desk.appointments.save = save;
    expect((await laneOf('ana-lima', friday)).entries).toMatchObject([{ kind: 'hold' }]);
    desk.clock.advance(180_000);
    expect((await bookAna()).status).toBe(201);
    expect(await desk.kept()).toHaveLength(1);
  });

  it('leaves no time closed that was not closed wholly', async () => {
    const { confirm } = desk.schedule;
    desk.schedule.confirm = broken;
    const closed = await desk.ask('POST', '/console/api/agenda/blocks', away(friday));
    expect([closed.status, closed.body.error.code]).toEqual([503, 'not-written']);
    desk.schedule.confirm = confirm;
    desk.clock.advance(60_000);
    expect(await desk.slots(ana, friday)).toHaveLength(4);
  });

  it('that forgets only the last word of a booking leaves it booked, and mended behind', async () => {
    const { update } = desk.appointments;
    let failures = 0;
    desk.appointments.update = (id, change) => {
      failures += 1;
      return failures === 1 ? broken() : update(id, change);
    };
    const { status, body } = await bookAna();
    expect([status, body.status]).toEqual([201, 'booked']);
    await until(async () => (await desk.appointments.find(body.id))?.status === 'booked', 'mended');
    expect((await desk.schedule.find(body.id))?.status).toBe('booked');
  });
});

describe('requests of callers', () => {
  it('are taken by one of the staff, done, and opened again', async () => {
    const id = createId();
    const cpf = '52998224725';
    const kept = { id, clinic: 'pequena', kind: 'exam-results' as const, cpf, isUrgent: true };
    await desk.requests.save(staffRequest(kept));
    const change = (wish: string) =>
      desk.ask('POST', `/console/api/requests/${id}`, { change: wish });
    expect((await change('take')).body.taken).toMatchObject({ name: 'Ana Recepção', mine: true });
    const [ana1] = [desk.access.person];
    desk.access.person = { userId: 'u2', name: 'Bia', role: 'staff', clinics: 'all' };
    expect((await change('take')).body.error).toMatchObject({ code: 'taken' });
    desk.access.person = ana1;
    expect((await change('done')).body).toMatchObject({ status: 'done' });
    expect((await change('open')).body).toMatchObject({ status: 'open', taken: null });
    const list = await desk.ask('GET', '/console/api/requests?clinic=pequena');
    expect(list.body.requests).toMatchObject([
      { id, kind: 'exam-results', cpf, isUrgent: true, callId: 'call-1', atS: 42 },
    ]);
    const done = await desk.ask('GET', '/console/api/requests?clinic=pequena&status=done');
    expect(done.body.requests).toEqual([]);
  });
});

describe('who may', () => {
  it('read: an auditor everything, and change nothing', async () => {
    const id = await idOf(bookAna());
    desk.access.person = { userId: 'u2', name: 'Rui', role: 'auditor', clinics: 'all' };
    expect((await desk.ask('GET', `/console/api/appointments/${id}`)).status).toBe(200);
    expect((await bookAna('09:00')).status).toBe(403);
    for (const what of ['cancel', 'move', 'attendance'])
      expect((await desk.ask('POST', `/console/api/appointments/${id}/${what}`, {})).status).toBe(
        403,
      );
    expect((await desk.ask('POST', '/console/api/agenda/blocks', away(friday))).status).toBe(403);
  });

  it('see another clinic: nobody, and it is answered like what is not there', async () => {
    const id = await idOf(bookAna());
    const block = await desk.ask('POST', '/console/api/agenda/blocks', away('2026-12-03'));
    const waiting = { clinic: 'pequena', bookable: ana, name: 'Zé Souza', phone: '88999997777' };
    const request = await desk.ask('POST', '/console/api/waiting', waiting);
    const feed = await desk.ask('POST', '/console/api/calendar-feeds', {
      clinic: 'pequena',
      label: 'Meu',
    });
    desk.access.person = { userId: 'u9', name: 'Lu', role: 'admin', clinics: ['litoral'] };
    const missing = await desk.ask('GET', `/console/api/appointments/${createId()}`);
    expect(missing.status).toBe(404);
    const slots = [{ bookable: ana, startMs: at(friday, '09:00') }];
    const asked: [method: 'GET' | 'POST' | 'DELETE', url: string, body?: object][] = [
      ['GET', `/console/api/agenda?clinic=pequena&from=${friday}`],
      ['GET', '/console/api/agenda/bookables?clinic=pequena'],
      ['GET', `/console/api/agenda/slots?clinic=pequena&bookable=${ana}&from=${friday}`],
      ['GET', '/console/api/appointments?clinic=pequena&q=maria'],
      ['GET', `/console/api/appointments/${id}`],
      ['GET', `/console/api/appointments/${id}/calendar.ics`],
      ['POST', `/console/api/appointments/${id}/move`, { key: createId(), slots }],
      ['POST', `/console/api/appointments/${id}/cancel`, { note: 'x' }],
      ['POST', `/console/api/appointments/${id}/attendance`, { status: 'arrived' }],
      ['POST', '/console/api/agenda/blocks', away('2026-12-04')],
      ['DELETE', `/console/api/agenda/blocks/${block.body.id}`],
      ['GET', '/console/api/waiting?clinic=pequena'],
      ['POST', '/console/api/waiting', waiting],
      ['GET', '/console/api/requests?clinic=pequena'],
      ['POST', `/console/api/requests/${request.body.id}`, { change: 'done' }],
      ['GET', '/console/api/calendar-feeds?clinic=pequena'],
      ['DELETE', `/console/api/calendar-feeds/${feed.body.feed.id}`],
      ['GET', '/console/api/calls-out?clinic=pequena'],
      ['GET', '/console/api/call-lists?clinic=pequena'],
      ['POST', '/console/api/call-lists', { clinic: 'pequena', day: friday }],
    ];
    for (const [method, url, body] of asked) {
      const answer = await desk.ask(method, url, body);
      expect([answer.status, answer.text], url).toEqual([404, missing.text]);
    }
    expect((await desk.appointments.find(id))?.status).toBe('booked');
  });
});
