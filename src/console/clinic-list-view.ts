import type { ClinicProblemView, HoursLine, WeekdayName } from './clinic-view.ts';

/** Whether something is answered, and if not, why: a stable code. */
export interface ChannelStateView {
  status: 'ready' | 'not-ready';
  reason: string | null;
}

export interface TelephoneView extends ChannelStateView {
  /** E.164, what patients dial; none: nobody can call. */
  numbers: string[];
}

export interface WhatsappView extends ChannelStateView {
  number: string | null;
  openConversations: number;
  heldByPeople: number;
  awaitingReply: number;
  lastMessageAt: string | null;
  /** Of the approved texts, those this clinic has. */
  templates: string[];
}

export interface ClinicRow {
  id: string;
  name: string;
  place: string | null;
  timeZone: string;
  /** 0: as its file was shipped. */
  version: number;
  /** It was made in the console: only such a clinic can be taken out of service here. */
  isOwn: boolean;
  telephone: TelephoneView;
  /** Null: it has none. */
  whatsapp: WhatsappView | null;
}

/** Answer of GET /console/api/clinics. */
export interface ClinicListView {
  clinics: ClinicRow[];
  /** Out of service; their data is kept. Only told to who may bring them back. */
  retired: { id: string; name: string }[];
  /** Whether whoever asks may add clinics, take them out of service and bring them back. */
  mayAdd: boolean;
}

/** What a clinic begins with. Texts as they were typed; empty: left out. */
export interface NewClinicForm {
  id: string;
  name: string;
  address: string;
  city: string;
  state: string;
  timeZone: string;
  /** Numbers that patients dial, with area code. */
  numbers: string[];
  whatsapp: string;
  /** Where callers are put through to. */
  reception: string;
  openingHours: HoursLine[];
  practitioner: {
    title: '' | 'Dr.' | 'Dra.';
    name: string;
    specialty: string;
    days: WeekdayName[];
    from: string;
    to: string;
    durationMinutes: number | null;
    consultationReais: number | null;
  };
  /** An exam or procedure that the practitioner does on the same days; null: none yet. */
  service: { name: string; priceReais: number | null } | null;
}

/** Body of POST /console/api/clinics: a form, or a whole file. 422 `invalid-clinic` carries `problems`. */
export type NewClinicWish = { form: NewClinicForm } | { text: string };

export interface NewClinicView {
  id: string;
  name: string;
}

export interface ClinicProblemsView {
  problems: ClinicProblemView[];
}
