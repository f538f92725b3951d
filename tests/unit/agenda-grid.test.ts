import { describe, expect, it } from 'vitest';
import type {
  AgendaDay,
  AppointmentEntry,
  LaneDay,
  LaneOpening,
} from '../../src/console/agenda-view.ts';
import {
  firstMinute,
  freeIn,
  placedIn,
  shownHours,
} from '../../src/web/console/screens/agenda/grid-layout.ts';

const date = '2026-11-27';
const startMs = Date.parse(`${date}T00:00:00-03:00`);
const at = (time: string) => Date.parse(`${date}T${time}:00-03:00`);
const day: AgendaDay = {
  date,
  hours: [{ from: '08:00', to: '17:00' }],
  closed: null,
  startMs,
  endMs: startMs + 86_400_000,
};

function visit(id: string, from: string, to: string, more: Partial<AppointmentEntry> = {}) {
  const entry: AppointmentEntry = {
    kind: 'appointment',
    id,
    item: 0,
    items: 1,
    startMs: at(from),
    endMs: at(to),
    mode: 'appointed',
    status: 'booked',
    patient: id,
    service: 'Consulta',
    serviceId: 'consulta',
    practitionerId: 'ana',
    byStaff: false,
    answer: null,
    ...more,
  };
  return entry;
}
const opening = (from: string, to: string, more: Partial<LaneOpening> = {}): LaneOpening => ({
  startMs: at(from),
  endMs: at(to),
  mode: 'appointed',
  places: null,
  free: [{ startMs: at(from), endMs: at(to) }],
  ...more,
});
const lane = (parts: Partial<LaneDay>): LaneDay => ({
  date,
  closed: null,
  openings: [],
  entries: [],
  ...parts,
});

describe('the columns of the agenda', () => {
  it('put what overlaps side by side, and what only touches below each other', () => {
    const entries = [
      visit('a', '08:00', '09:00'),
      visit('b', '08:30', '09:30'),
      visit('c', '09:00', '10:00'),
      visit('d', '10:00', '10:30'),
    ];
    const places = placedIn(lane({ entries }), day).map(({ box, column, columns }) => [
      'id' in box ? box.id : '',
      column,
      columns,
    ]);
    expect(places).toEqual([
      ['a', 0, 2],
      ['b', 1, 2],
      ['c', 0, 2],
      ['d', 0, 1],
    ]);
  });

  it('gather those who were told one time, with room for every name', () => {
    const shared = { mode: 'arrival' as const };
    const entries = ['a', 'b', 'c', 'd', 'e'].map((id) => visit(id, '14:00', '14:30', shared));
    const openings = [opening('14:00', '14:30', { ...shared, places: { all: 6, taken: 5 } })];
    const [group, ...rest] = placedIn(lane({ openings, entries }), day);
    expect(rest).toEqual([]);
    expect(group?.box).toMatchObject({ kind: 'group', places: { all: 6, taken: 5 }, isFree: true });
    expect(group?.box).toHaveProperty('entries.length', 5);
    expect(group?.span.from).toBe(14 * 60);
    expect(group?.span.until).toBeGreaterThan(16 * 60);
  });

  it('show the hours of the clinic and whatever lies outside them, in whole hours', () => {
    const part = lane({ entries: [visit('a', '06:30', '07:00')] });
    expect(shownHours([day], [part])).toEqual({ from: 6 * 60, until: 17 * 60 });
    expect(firstMinute(part, day)).toBe(390);
    expect(shownHours([{ ...day, hours: [] }], [lane({})])).toEqual({ from: 480, until: 1_020 });
  });

  it('offer free time in the fewest stretches, shared times apart', () => {
    const openings = [
      opening('08:00', '09:00'),
      opening('08:30', '10:00'),
      opening('14:00', '14:30', { mode: 'arrival', places: { all: 6, taken: 0 } }),
    ];
    expect(freeIn(lane({ openings }), day)).toMatchObject([{ from: 480, until: 600 }]);
  });
});
