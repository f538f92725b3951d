import type { CallGist } from './call-gist-record.ts';
import type { CallRecord } from './call-record.ts';

/** Which calls are wanted; what is left out does not matter. */
export interface CallQuery {
  clinics: 'all' | readonly string[];
  /**
   * Words that all occur in what was said, who was named, the protocol, the purpose or the outcome: accents and capitals
   * do not count, a word of three letters or more stands for all that begin with it, and four digits or more may be any
   * part of either number.
   */
  text?: string | undefined;
  /** The other side's whole number, E.164, with or without its ninth digit: found without looking at other calls. */
  number?: string | undefined;
  /** ISO 8601, UTC, first instant. */
  from?: string | undefined;
  /** First instant that is too late. */
  until?: string | undefined;
  direction?: CallRecord['direction'] | undefined;
  outcome?: CallRecord['outcome'] | undefined;
  booked?: boolean | undefined;
  transferred?: boolean | undefined;
  emergency?: boolean | undefined;
  recorded?: boolean | undefined;
  leastMs?: number | undefined;
  mostMs?: number | undefined;
}

export interface CallGistPage {
  /** Newest first. */
  calls: CallGist[];
  /** How many match in all. */
  total: number;
  /** Calls whose words are not known yet: for some seconds after a start. */
  unread: number;
  /** Passed back as `before` for the following page. */
  nextBefore?: string;
}

/**
 * Finds calls without reading them. It keeps no truth of its own: what it knows is made from call records, and can be
 * made again.
 */
export interface CallIndex {
  /** Resolves when the call is found as it is now. Of one that goes on only the gist is kept; its words come when it is over. */
  put(record: CallRecord): Promise<void>;
  /** The call is not found any more, and resolves when nothing of it is kept. */
  remove(id: string): Promise<void>;
  search(query: CallQuery, page: { limit: number; before?: string }): Promise<CallGistPage>;
  /** All that match, oldest first; for sums. */
  all(query: CallQuery): Promise<readonly CallGist[]>;
}
