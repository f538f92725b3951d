import type { VisitNeeds } from '../scheduling/availability.ts';
import { type Booking, createBooking } from '../scheduling/booking.ts';
import type { BookingRules, Calendar, Plan } from '../scheduling/offer.ts';
import { awaitsAnnouncement } from '../scheduling/recurrence.ts';
import type { ScheduleStore } from '../scheduling/schedule-store.ts';
import {
  type CatalogueEntry,
  catalogueOf,
  closestPractitioners,
  findEntries,
  findPractitioners,
  spokenName,
} from './catalogue.ts';
import { clinicCalendar, exceptionDays } from './clinic-calendar.ts';
import {
  type ClinicProfile,
  type Practitioner,
  type Schedule,
  type Service,
  toCentavos,
} from './clinic-profile.ts';
import { stems } from './portuguese-words.ts';

/** One service (or one variant, or one consultation) of one practitioner, as it can be booked. */
export interface Bookable {
  /** `ultrassonografia/mama@beatriz-sales`, `alvaro-quintela/consulta@alvaro-quintela`, `eletrocardiograma@team`. */
  id: string;
  /** `ultrassonografia/mama`: the catalogue entry's id. */
  serviceId: string;
  /** “Ultrassonografia (mama)”, “Consulta de Cardiologia”. */
  serviceName: string;
  practitionerId: string | null;
  /** “Dr. Álvaro Menezes Quintela” */
  practitionerName: string | null;
  priceCentavos: number | null;
  plan: Plan;
  bring: readonly string[];
  preparation: readonly string[];
  requires: readonly string[];
  arriveMinutesBefore: number | null;
  /** Its days are announced by the clinic and none is known yet: only the waiting list is left. */
  awaitsAnnouncement: boolean;
}

/** A clinic's file as an agenda: made once, the plans stay the same objects. */
export interface ClinicAgenda {
  clinic: ClinicProfile;
  bookables: readonly Bookable[];
  calendar: Calendar;
  rules: BookingRules;
  booking: Booking;
}

const minuteMs = 60_000;

export function createClinicAgenda(clinic: ClinicProfile, store: ScheduleStore): ClinicAgenda {
  const { noticeMinutes, horizonDays, holdMinutes } = clinic.booking;
  const calendar = clinicCalendar(clinic);
  const rules = { window: { noticeMinutes, horizonDays }, holdMs: holdMinutes * minuteMs };
  const booking = createBooking({ store, clinic: clinic.id, calendar, rules });
  return { clinic, bookables: bookablesOf(clinic), calendar, rules, booking };
}

/** Everything that can be booked, in the order of the file: services, each with its variants, then consultations. */
export function bookablesOf(clinic: ClinicProfile): Bookable[] {
  const names = new Map(catalogueOf(clinic).map(({ id, name }) => [id, name]));
  return [
    ...clinic.services.flatMap((service) => serviceBookables(service, clinic)),
    ...clinic.practitioners.flatMap((one) => consultationBookables(one, clinic)),
  ].map((one) => ({ ...one, serviceName: names.get(one.serviceId) ?? one.serviceId }));
}

type Unnamed = Omit<Bookable, 'serviceName'>;

/** What a service, a variant or a consultation says about one visit. */
type VisitFields = Pick<
  Service,
  'durationMinutes' | 'stepMinutes' | 'bufferBeforeMinutes' | 'bufferAfterMinutes' | 'rooms'
>;

function serviceBookables(service: Service, clinic: ClinicProfile): Unnamed[] {
  const forms =
    service.variants.length === 0
      ? [{ id: service.id, offers: service.offers, durationMinutes: service.durationMinutes }]
      : service.variants.map(({ id, offers, durationMinutes = service.durationMinutes }) => ({
          id: `${service.id}/${id}`,
          offers,
          durationMinutes,
        }));
  return forms.flatMap(({ id, offers, durationMinutes }) =>
    // Nobody's and without a price: the team does it, and the price is not quoted.
    (offers.length > 0 ? offers : [{ practitioner: undefined, priceReais: null }]).map((offer) => {
      const who = clinic.practitioners.find((one) => one.id === offer.practitioner);
      const schedules = schedulesOf(service, who);
      const fields = { ...service, durationMinutes };
      return {
        ...partsOf(id, who, offer.priceReais),
        plan: planOf(id, who, schedules, needsOf(fields, service, who, clinic), clinic),
        bring: service.bring,
        preparation: service.preparation,
        requires: service.requires,
        awaitsAnnouncement: isAwaited(schedules),
      };
    }),
  );
}

function consultationBookables(who: Practitioner, clinic: ClinicProfile): Unnamed[] {
  const schedules = schedulesOf({ schedules: [] }, who);
  return who.consultations.map((consultation) => {
    const id = `${who.id}/${consultation.id}`;
    return {
      ...partsOf(id, who, consultation.priceReais),
      plan: planOf(id, who, schedules, needsOf(consultation, undefined, who, clinic), clinic),
      bring: who.bring,
      preparation: [],
      requires: [],
      awaitsAnnouncement: isAwaited(schedules),
    };
  });
}

function partsOf(serviceId: string, who: Practitioner | undefined, priceReais: number | null) {
  return {
    id: `${serviceId}@${who?.id ?? 'team'}`,
    serviceId,
    practitionerId: who?.id ?? null,
    practitionerName: who ? spokenName(who) : null,
    priceCentavos: priceReais === null ? null : toCentavos(priceReais),
    arriveMinutesBefore: who?.arriveMinutesBefore ?? null,
  };
}

/** A service's days for one practitioner: those said to be theirs and those said of nobody; else the days they come. */
function schedulesOf(
  { schedules }: Pick<Service, 'schedules'>,
  who: Practitioner | undefined,
): Schedule[] {
  const source = schedules.length === 0 && who ? who.schedules : schedules;
  return source.filter(
    ({ practitioner }) => practitioner === undefined || practitioner === who?.id,
  );
}

function isAwaited(schedules: readonly Schedule[]): boolean {
  return schedules.every((schedule) => awaitsAnnouncement(schedule));
}

function planOf(
  service: string,
  who: Practitioner | undefined,
  schedules: readonly Schedule[],
  needs: VisitNeeds,
  clinic: ClinicProfile,
): Plan {
  const { arrivalPlaces } = clinic.booking;
  const rules = schedules.map((rule) => {
    const isShared = rule.kind === 'window' || !rule.byAppointedTime;
    return isShared ? { ...rule, places: rule.places ?? arrivalPlaces } : rule;
  });
  if (!who) return { service, practitioner: null, rules, needs };
  return { service, practitioner: who.id, rules, needs, special: exceptionDays(clinic, who.id) };
}

function needsOf(
  fields: VisitFields,
  service: Service | undefined,
  who: Practitioner | undefined,
  { id: clinic, booking, rooms }: ClinicProfile,
): VisitNeeds {
  const { durationMinutes = booking.defaultDurationMinutes, bufferBeforeMinutes } = fields;
  const { stepMinutes = durationMinutes, bufferAfterMinutes } = fields;
  // Names are the clinic's own: another clinic of this server may have an Ana and a room 1 as well.
  const performer = who
    ? { id: `${clinic}/practitioner:${who.id}`, capacity: 1 }
    : { id: `${clinic}/service:${service?.id ?? ''}`, capacity: service?.capacity ?? 1 };
  const places = rooms
    .filter(({ id }) => fields.rooms.includes(id))
    .map(({ id, capacity }) => ({ id: `${clinic}/room:${id}`, capacity }));
  const resources = places.length > 0 ? [[performer], places] : [[performer]];
  return { durationMinutes, stepMinutes, bufferBeforeMinutes, bufferAfterMinutes, resources };
}

/** A caller's words for what they want, and of whom. */
export interface BookableWish {
  service: string;
  practitioner?: string | undefined;
}

export type BookableMatch =
  /** One thing; by several practitioners, when there are several who do it. */
  | { outcome: 'found'; bookables: readonly Bookable[] }
  /** Whoever was named does not do it; these do. */
  | { outcome: 'other-practitioner'; bookables: readonly Bookable[] }
  /** Names of what it may be, all of them. */
  | { outcome: 'ambiguous-service'; options: string[] }
  /** Names that look like it; often none. */
  | { outcome: 'unknown-service' | 'unknown-practitioner'; closest: string[] };

/** What may be booked under these words. “Consulta com o doutor Álvaro” needs no second word for the practitioner. */
export function findBookables(
  agenda: Pick<ClinicAgenda, 'clinic' | 'bookables'>,
  { service, practitioner }: BookableWish,
): BookableMatch {
  const { clinic } = agenda;
  if (practitioner === undefined) return findByService(agenda, service);
  const ids = findPractitioners(clinic, practitioner).map(({ id }) => id);
  if (ids.length === 0) {
    const closest = closestPractitioners(clinic, practitioner);
    return { outcome: 'unknown-practitioner', closest };
  }
  const { best, closest } = findEntries(clinic, service, ids);
  const theirs = best.length === 0 && saysNothing(service) ? entriesOf(clinic, ids) : best;
  const mine = narrowed(
    bookablesIn(agenda, theirs).filter((one) => ids.includes(one.practitionerId ?? '')),
  );
  if (mine) return mine;
  const others = narrowed(bookablesIn(agenda, findEntries(clinic, service).best));
  if (others?.outcome === 'found') return { ...others, outcome: 'other-practitioner' };
  return others ?? { outcome: 'unknown-service', closest };
}

function findByService(
  agenda: Pick<ClinicAgenda, 'clinic' | 'bookables'>,
  words: string,
): BookableMatch {
  const { best, closest } = findEntries(agenda.clinic, words);
  const match = narrowed(bookablesIn(agenda, best));
  if (match) return match;
  return findPractitioners(agenda.clinic, words).length > 0
    ? findBookables(agenda, { service: '', practitioner: words })
    : { outcome: 'unknown-service', closest };
}

/** Words that leave open what is wanted, such as “consulta” or “exame”. */
function saysNothing(words: string): boolean {
  return stems(words).length === 0;
}

/** What these people are usually asked for: their plain consultation, or whatever they do. */
function entriesOf(clinic: ClinicProfile, ids: readonly string[]): CatalogueEntry[] {
  const theirs = catalogueOf(clinic).filter(({ offers }) =>
    offers.some(({ practitioner }) => practitioner && ids.includes(practitioner)),
  );
  const plain = theirs.filter(({ id }) => ids.some((one) => id === `${one}/consulta`));
  const consultations = theirs.filter(({ id }) => ids.some((one) => id.startsWith(`${one}/`)));
  return [plain, consultations, theirs].find(({ length }) => length > 0) ?? [];
}

/** An exam stands for all of its variants. */
function bookablesIn(
  { bookables }: Pick<ClinicAgenda, 'bookables'>,
  entries: readonly CatalogueEntry[],
): Bookable[] {
  return bookables.filter(({ serviceId }) =>
    entries.some(({ id }) => serviceId === id || serviceId.startsWith(`${id}/`)),
  );
}

function narrowed(bookables: readonly Bookable[]): BookableMatch | undefined {
  if (bookables.length === 0) return undefined;
  const options = [...new Set(bookables.map(({ serviceName }) => serviceName))];
  return options.length === 1
    ? { outcome: 'found', bookables }
    : { outcome: 'ambiguous-service', options };
}
