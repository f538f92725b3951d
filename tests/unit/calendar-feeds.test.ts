import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { initialsOf } from '../../src/console/calendar-text.ts';
import { createId } from '../../src/platform/id.ts';
import { type DeskServer, deskServer, typedMaria } from '../support/desk-server.ts';

const ana = 'ana-lima/consulta@ana-lima';
const bia = 'bia-rocha/consulta@bia-rocha';
const startMs = Date.parse('2026-11-27T08:00:00-03:00');

let desk: DeskServer;
beforeEach(async () => {
  desk = await deskServer();
});
afterEach(() => desk.server.close());

interface Component {
  name: string;
  properties: Map<string, string>;
  children: Component[];
}

/** As RFC 5545 wants it read: CRLF, lines of 75 octets unfolded, components closed in order. */
function readCalendar(text: string): Component {
  expect(text.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
  for (const line of text.split('\r\n')) expect(Buffer.byteLength(line)).toBeLessThanOrEqual(75);
  const root: Component = { name: 'root', properties: new Map(), children: [] };
  const open = [root];
  for (const line of text
    .replaceAll(/\r\n[ \t]/g, '')
    .split('\r\n')
    .filter(Boolean)) {
    const [, name = '', value = ''] = /^([A-Z-]+)(?:;[^:]*)?:(.*)$/.exec(line) ?? [];
    expect(name, line).not.toBe('');
    const current = open.at(-1);
    if (name === 'BEGIN') {
      const child: Component = { name: value, properties: new Map(), children: [] };
      current?.children.push(child);
      open.push(child);
    } else if (name === 'END') expect(open.pop()?.name).toBe(value);
    else current?.properties.set(name, value.replaceAll(/\\([,;\\])/g, '$1'));
  }
  expect(open).toEqual([root]);
  const [calendar] = root.children;
  if (!calendar) throw new Error('no calendar');
  expect(calendar.name).toBe('VCALENDAR');
  expect(calendar.properties.get('VERSION')).toBe('2.0');
  expect(calendar.properties.get('PRODID')).toBeTruthy();
  for (const event of calendar.children) {
    for (const needed of ['UID', 'DTSTAMP', 'DTSTART', 'SUMMARY'])
      expect(event.properties.get(needed), needed).toBeTruthy();
    for (const time of ['DTSTAMP', 'DTSTART', 'DTEND'])
      expect(event.properties.get(time)).toMatch(/^\d{8}T\d{6}Z$/);
  }
  return calendar;
}

async function openFeed(wish: object = {}): Promise<{ url: string; path: string; id: string }> {
  const answer = await desk.ask('POST', '/console/api/calendar-feeds', {
    clinic: 'pequena',
    label: 'Dra. Ana',
    practitioner: 'ana-lima',
    ...wish,
  });
  expect(answer.status).toBe(201);
  const { url, feed } = answer.body;
  return { url, path: new URL(url).pathname, id: feed.id };
}

describe('the calendar file of an appointment', () => {
  it('says when and where in UTC, and nothing of what it is for', async () => {
    const { body } = await desk.book({ slots: [{ bookable: ana, startMs }] });
    const answer = await desk.ask('GET', `/console/api/appointments/${body.id}/calendar.ics`);
    expect(answer.headers['content-type']).toBe('text/calendar; charset=utf-8');
    const [event] = readCalendar(answer.text).children;
    expect(event?.properties.get('SUMMARY')).toBe('Consulta – Clínica Pequena');
    expect(event?.properties.get('DTSTART')).toBe('20261127T110000Z');
    expect(event?.properties.get('DTEND')).toBe('20261127T113000Z');
    expect(event?.properties.get('LOCATION')).toContain('Rua das Flores, 10');
    expect(answer.text).not.toMatch(/Cardiologia|Maria|Ana Lima/);
  });
});

describe('a private calendar address', () => {
  it('shows its practitioner’s visits with initials, moved and cancelled ones no more', async () => {
    const { path, url } = await openFeed();
    expect(url).toMatch(/^https:\/\/clinica\.example\/calendar\/[a-z2-7]{26}\.ics$/);
    const { body } = await desk.book({ slots: [{ bookable: ana, startMs }] });
    await desk.book({
      slots: [{ bookable: bia, startMs: Date.parse('2026-12-01T14:00:00-03:00') }],
      patient: { ...typedMaria, name: 'José Lima' },
    });
    desk.access.person = undefined;
    const first = await desk.ask('GET', path);
    expect(first.status).toBe(200);
    expect(first.headers['cache-control']).toContain('private');
    const { children, properties } = readCalendar(first.text);
    expect(properties.get('X-WR-CALNAME')).toBe('Clínica Pequena – Dra. Ana');
    expect(children.map((event) => event.properties.get('SUMMARY'))).toEqual(['Consulta – M. S.']);
    expect(first.text).not.toMatch(/Maria|Silva|José|Cardiologia|99999/);
    expect(desk.readings).toHaveLength(1);
    // Unchanged: nothing is told again, however late.
    desk.clock.advance(60_000);
    const etag = String(first.headers.etag);
    expect((await desk.ask('GET', path, undefined, { 'if-none-match': etag })).status).toBe(304);
    await desk.appointments.update(body.id, (kept) => ({ ...kept, status: 'cancelled' }));
    const later = await desk.ask('GET', path, undefined, { 'if-none-match': etag });
    expect(readCalendar(later.text).children).toEqual([]);
  });

  it('of the whole clinic that may say only “busy” does', async () => {
    const { path } = await openFeed({ practitioner: null, details: 'busy', label: 'Recepção' });
    await desk.book({ slots: [{ bookable: ana, startMs }] });
    const [event] = readCalendar((await desk.ask('GET', path)).text).children;
    expect(event?.properties.get('SUMMARY')).toBe('Ocupado (Dra. Ana Lima)');
  });

  it('is kept as a hash, closed for good, and not there is all that is said then', async () => {
    const { path, id } = await openFeed();
    const listed = await desk.ask('GET', '/console/api/calendar-feeds?clinic=pequena');
    expect(listed.body.feeds).toMatchObject([
      { id, practitioner: 'Ana Lima', details: 'initials' },
    ]);
    const token = /([a-z2-7]{26})\.ics/.exec(path)?.[1] ?? '';
    expect(listed.text).not.toContain(token);
    expect(desk.logged.join('')).not.toContain(token);
    expect((await desk.ask('DELETE', `/console/api/calendar-feeds/${id}`)).status).toBe(204);
    const closed = await desk.ask('GET', path);
    const never = await desk.ask('GET', `/calendar/${createId()}.ics`);
    expect([closed.status, closed.text]).toEqual([404, never.text]);
    for (const odd of ['x.ics', `${token}`, `..%2f${token}.ics`, `${token}.ics.ics`])
      expect((await desk.ask('GET', `/calendar/${odd}`)).status).toBe(404);
  });

  it('may be read every quarter of an hour by a few programs, not all day long', async () => {
    const { path } = await openFeed();
    for (let i = 0; i < 60; i += 1) expect((await desk.ask('GET', path)).status).toBe(200);
    const { status, headers } = await desk.ask('GET', path);
    expect([status, headers['retry-after']]).toEqual([429, '3600']);
    desk.clock.advance(3_600_000);
    expect((await desk.ask('GET', path)).status).toBe(200);
  });

  it('of a colleague is not seen or closed by other staff, but by an admin', async () => {
    const { id } = await openFeed();
    desk.access.person = { userId: 'u2', name: 'Bia', role: 'staff', clinics: 'all' };
    const mine = await desk.ask('GET', '/console/api/calendar-feeds?clinic=pequena');
    expect(mine.body.feeds).toEqual([]);
    expect((await desk.ask('DELETE', `/console/api/calendar-feeds/${id}`)).status).toBe(404);
    desk.access.person = { userId: 'u3', name: 'Lu', role: 'admin', clinics: 'all' };
    expect((await desk.ask('DELETE', `/console/api/calendar-feeds/${id}`)).status).toBe(204);
  });
});

it('initials leave out what is between names', () => {
  expect(initialsOf('Maria da Silva e Souza')).toBe('M. S. S.');
  expect(initialsOf('josé')).toBe('J.');
});
