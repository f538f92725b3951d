/** Answer of `GET /console/api/clinics/:id`, and of every change but publishing. */
export interface ClinicView {
  id: string;
  name: string;
  timeZone: string;
  /** The version in force; 0 is the shipped file. */
  version: number;
  /** The shipped file was changed after the version in force was published. */
  hasShippedChanged: boolean;
  /** In force. */
  text: string;
  draft?: DraftView;
  /** What may be changed without the text: of the draft, or of what is in force. Absent while the draft has problems. */
  form?: ClinicForm;
}

export interface DraftView {
  revision: number;
  /** The version it began from; when another was published since, it says so before it is published. */
  base: number;
  at: string;
  by: string;
  text: string;
  problems: ClinicProblemView[];
}

export interface ClinicProblemView {
  /** Counts from 1. */
  line: number;
  text: string;
}

export type WeekdayName = 'mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun';

export interface HoursLine {
  days: WeekdayName[];
  from: string;
  to: string;
}

export interface ExceptionLine {
  from: string;
  to?: string | undefined;
  practitioner?: string | undefined;
  closed?: true | undefined;
  hours?: { from: string; to: string }[] | undefined;
  note?: string | undefined;
}

export interface PriceLine {
  path: (string | number)[];
  what: string;
  who?: string;
  priceReais: number;
}

export interface ClinicForm {
  greeting: string;
  openingHours: HoursLine[];
  exceptions: ExceptionLine[];
  municipal: { date: string; name: string }[];
  prices: PriceLine[];
  practitioners: { id: string; name: string }[];
}

/** Body of `PUT …/draft`: the text as it is now. `revision`: the draft that was seen, 0 when there was none. */
export interface DraftWish {
  revision: number;
  text: string;
}

/** Body of `POST …/edit`: one change, made in the draft's text (a draft begins when there is none). */
export interface EditWish {
  revision: number;
  edit:
    | { field: 'greeting'; value: string }
    | { field: 'openingHours'; value: HoursLine[] }
    | { field: 'exceptions'; value: ExceptionLine[] }
    | { field: 'municipal'; value: { date: string; name: string }[] }
    | { field: 'price'; path: (string | number)[]; value: number };
}

/** Body of `POST …/publish`. */
export interface PublishWish {
  revision: number;
  note: string;
}

/** Answer of `GET …/preview`: the next 30 days as text, of the draft when there is one. */
export interface PreviewView {
  isDraft: boolean;
  text: string;
}

export interface VersionView {
  number: number;
  /** Absent of the shipped file. */
  at?: string;
  by?: string;
  note?: string;
  restored?: number;
  isCurrent: boolean;
}

/** Answer of `GET …/versions`, newest first, the shipped file last. */
export interface VersionsView {
  versions: VersionView[];
}

export interface ChangeLine {
  kind: 'same' | 'gone' | 'added';
  text: string;
}

/** Answer of `GET …/changes?from=&to=`: `to` may be `draft`. Only lines near a change; `skipped` lines stand before each part. */
export interface ChangesView {
  parts: { skipped: number; firstLine: number; lines: ChangeLine[] }[];
}

/** Body of `POST …/restore`. */
export interface RestoreWish {
  version: number;
  note: string;
}
