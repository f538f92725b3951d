import { createHash } from 'node:crypto';
import type { ClinicProfile } from '../agent/clinic-profile.ts';
import type { Clock } from '../platform/clock.ts';
import { createId } from '../platform/id.ts';
import type { AppointmentStore } from '../scheduling/appointment-store.ts';
import { addDays, wallTimeOf } from '../scheduling/wall-time.ts';
import type { CalendarFeed } from './calendar-feed-record.ts';
import type { CalendarFeedStore } from './calendar-feed-store.ts';
import { feedCalendar } from './calendar-text.ts';

/** Days gone by that a calendar shows. */
const daysBack = 30;
/** Readings of one address in an hour: programs look every quarter of an hour, on a few devices. */
const mostReadings = 60;
/** Readings of addresses that are not there, from anywhere, in an hour. */
const mostUnknown = 600;
const hourMs = 3_600_000;
/** Open addresses of one clinic; each reading compares with all of them. */
export const mostFeeds = 200;

export type FeedReading =
  | { outcome: 'read'; text: string; etag: string; feed: CalendarFeed }
  | { outcome: 'not-found' }
  | { outcome: 'too-often'; retryAfterS: number };

export interface CalendarFeedParts {
  store: CalendarFeedStore;
  appointments: Pick<AppointmentStore, 'list'>;
  clinicOf: (id: string) => ClinicProfile | undefined;
  clock: Clock;
}

/** Calendar addresses: made, closed and read. Whoever has the address reads it, so it is a secret of 130 bits. */
export interface CalendarFeeds {
  /** `token`: told now and never again. Rejects with STORE_WRITE_FAILED. */
  open(
    wish: Omit<CalendarFeed, 'id' | 'sha256' | 'createdAtMs'>,
  ): Promise<{ outcome: 'opened'; feed: CalendarFeed; token: string } | { outcome: 'too-many' }>;
  close(id: string): Promise<boolean>;
  all(): readonly CalendarFeed[];
  /** Epoch ms; since the server started. */
  lastReadMs(id: string): number | undefined;
  read(token: string): Promise<FeedReading>;
}

export function createCalendarFeeds(parts: CalendarFeedParts): CalendarFeeds {
  const { store, appointments, clinicOf, clock } = parts;
  const lastRead = new Map<string, number>();
  const takeTurn = createHourlyTurns();

  return {
    async open(wish) {
      const ofClinic = store.all().filter(({ clinicId }) => clinicId === wish.clinicId);
      if (ofClinic.length >= mostFeeds) return { outcome: 'too-many' };
      const token = createId();
      const feed = {
        ...wish,
        id: createId(),
        sha256: hashOf(token),
        createdAtMs: clock.wallMs(),
      };
      await store.add(feed);
      return { outcome: 'opened', feed, token };
    },
    close: (id) => {
      lastRead.delete(id);
      return store.remove(id);
    },
    all: () => store.all(),
    lastReadMs: (id) => lastRead.get(id),
    async read(token) {
      const nowMs = clock.wallMs();
      const feed = store.findByHash(hashOf(token));
      const clinic = feed && clinicOf(feed.clinicId);
      const waitMs = feed
        ? takeTurn(feed.id, mostReadings, nowMs)
        : takeTurn('unknown', mostUnknown, nowMs);
      if (waitMs > 0) return { outcome: 'too-often', retryAfterS: Math.ceil(waitMs / 1000) };
      if (!feed || !clinic) return { outcome: 'not-found' };
      lastRead.set(feed.id, nowMs);
      const today = wallTimeOf(nowMs, clinic.timeZone).date;
      const listed = await appointments.list({
        from: addDays(today, -daysBack),
        to: addDays(today, clinic.booking.horizonDays + 1),
      });
      const text = feedCalendar(
        listed.filter((one) => one.clinic === clinic.id),
        feed,
        clinic,
      );
      return { outcome: 'read', text, etag: `"${hashOf(text).slice(0, 32)}"`, feed };
    },
  };
}

/** @returns a turn's taker: 0, or how long to wait, ms. Names are those of feeds, of which there are few. */
function createHourlyTurns(): (name: string, most: number, nowMs: number) => number {
  const hours = new Map<string, { fromMs: number; taken: number }>();
  return (name, most, nowMs) => {
    const known = hours.get(name);
    const hour = known && nowMs - known.fromMs < hourMs ? known : { fromMs: nowMs, taken: 0 };
    hours.set(name, { ...hour, taken: hour.taken + 1 });
    return hour.taken < most ? 0 : hour.fromMs + hourMs - nowMs;
  };
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
