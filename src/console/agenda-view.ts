/** What the agenda's screen is given. Times are epoch ms, days `YYYY-MM-DD` in the clinic's zone. Read by browser code as types. */

export interface AgendaView {
  clinic: { id: string; name: string; timeZone: string };
  by: 'practitioner' | 'room';
  days: AgendaDay[];
  lanes: AgendaLane[];
  /** When it was drawn. */
  nowMs: number;
}

/** `version`: sent back in `If-None-Match`, in quotation marks, it is answered with 304 while nothing changed. */
export type DrawnAgenda = AgendaView & { version: string };

export interface AgendaDay {
  date: string;
  /** `null`: the clinic's file says nothing about hours. */
  hours: { from: string; to: string }[] | null;
  closed: ClosedDay | null;
  /** The day itself, midnight to midnight. */
  startMs: number;
  endMs: number;
}

/** `name`: of the holiday, or the note of the exception. */
export interface ClosedDay {
  reason: 'holiday' | 'exception' | 'weekday';
  name: string | null;
}

/** One practitioner, the clinic's team, or one room. */
export interface AgendaLane {
  id: string;
  kind: 'practitioner' | 'team' | 'room';
  name: string;
  days: LaneDay[];
}

export interface LaneDay {
  date: string;
  /** Nothing is offered. `clinic`: the clinic is closed; `exception`: away that day; `not-here`: not a day of theirs. */
  closed: { reason: 'clinic' | 'exception' | 'not-here'; name: string | null } | null;
  openings: LaneOpening[];
  entries: LaneEntry[];
}

export interface LaneOpening {
  startMs: number;
  endMs: number;
  mode: 'arrival' | 'appointed' | 'walk-in';
  /** How many are seen in all, where people share the time. */
  places: { all: number; taken: number } | null;
  /** What of it can still be booked. */
  free: { startMs: number; endMs: number }[];
}

export type LaneEntry = AppointmentEntry | HoldEntry | BlockEntry;

/** One service of an appointment. */
export interface AppointmentEntry {
  kind: 'appointment';
  id: string;
  item: number;
  items: number;
  startMs: number;
  endMs: number;
  mode: 'arrival' | 'appointed' | 'walk-in';
  status: 'pending' | 'booked' | 'arrived' | 'fulfilled' | 'noshow';
  patient: string;
  service: string;
  serviceId: string;
  practitionerId: string | null;
  byStaff: boolean;
  /** What was answered when the clinic rang about it. */
  answer: 'confirmed' | 'wants-to-move' | 'cancel' | 'do-not-call' | 'wrong-person' | null;
}

/** Somebody is being offered this time right now: a caller, or a colleague. */
export interface HoldEntry {
  kind: 'hold';
  id: string;
  startMs: number;
  endMs: number;
  untilMs: number;
}

export const blockReasons = [
  'away',
  'vacation',
  'sick',
  'meeting',
  'maintenance',
  'other',
] as const;
export type BlockReason = (typeof blockReasons)[number];

export interface BlockEntry {
  kind: 'block';
  id: string;
  startMs: number;
  endMs: number;
  reason: BlockReason;
}

/** Something that can be booked, for the form. */
export interface BookableView {
  id: string;
  serviceId: string;
  service: string;
  practitionerId: string | null;
  practitioner: string | null;
  priceCentavos: number | null;
  durationMinutes: number;
  rooms: string[];
  awaitsAnnouncement: boolean;
}

export interface SlotView {
  bookable: string;
  date: string;
  time: string;
  startMs: number;
  endMs: number;
  mode: 'arrival' | 'appointed' | 'walk-in';
}

/** What is asked of a patient at this clinic. */
export interface BookableList {
  bookables: BookableView[];
  patientData: Record<'birthDate' | 'rg' | 'cpf' | 'address', 'required' | 'optional' | 'off'>;
  payments: string[];
}

/** One appointment as the panel shows it. */
export interface AppointmentView {
  id: string;
  clinic: string;
  protocol: string;
  status: 'pending' | 'booked' | 'arrived' | 'fulfilled' | 'cancelled' | 'noshow';
  channel: string;
  byStaff: boolean;
  writtenAt: string;
  day: string;
  time: string;
  items: (SlotView & {
    service: string;
    practitioner: string | null;
    priceCentavos: number | null;
  })[];
  patient: {
    name: string;
    birthDate: string | null;
    rg: string | null;
    cpf: string | null;
    address: string | null;
  };
  clientName: string;
  phone: string | null;
  email: string | null;
  notes: string | null;
  priceCentavos: number | null;
  payment: { method: string; changeCentavos: number | null } | null;
  /** Where the agreement can be heard, should it have been a call. */
  evidence: { callId: string; atS: number | null } | null;
  confirmation: { answer: string; at: string; callId: string; atS: number | null } | null;
  cancellation: { reason: string; note: string | null; at: string } | null;
  replaces: string | null;
  replacedBy: string | null;
  may: AppointmentActions;
}

/** What can be done with it now. */
export interface AppointmentActions {
  move: boolean;
  cancel: boolean;
  arrived: boolean;
  fulfilled: boolean;
  noshow: boolean;
  booked: boolean;
}

/** One line of a search, or of who stands in the way. */
export interface AppointmentLine {
  id: string;
  protocol: string;
  status: AppointmentView['status'];
  day: string;
  time: string;
  patient: string;
  service: string | null;
  practitioner: string | null;
}

/** Somebody who waits for a place. */
export interface WaitingView {
  id: string;
  protocol: string;
  since: string;
  name: string;
  phone: string | null;
  service: string;
  serviceId: string;
  practitioner: string | null;
  practitionerId: string | null;
  when: string | null;
  notes: string | null;
  callId: string | null;
  taken: { name: string; at: string; mine: boolean } | null;
  /** The next place that they could have. */
  nextFree: SlotView | null;
}

/** Something a caller asked for that a person has to do. */
export interface RequestView {
  id: string;
  protocol: string;
  kind: 'exam-results' | 'message' | 'waiting-list';
  status: 'open' | 'done';
  at: string;
  channel: string;
  name: string;
  phone: string | null;
  cpf: string | null;
  text: string | null;
  service: string | null;
  isUrgent: boolean;
  callId: string | null;
  atS: number | null;
  taken: { name: string; at: string; mine: boolean } | null;
}

/** A private calendar address. The address itself is told once, when it is made. */
export interface CalendarFeedView {
  id: string;
  label: string;
  practitioner: string | null;
  details: 'busy' | 'initials';
  createdAt: string;
  lastReadAt: string | null;
}
