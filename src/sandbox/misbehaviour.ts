/** Ways in which a line or a carrier goes wrong; for tests. Times are ms since the stream began. */
export interface Misbehaviour {
  /** Marks are played but never returned. */
  dropMarks?: boolean;
  /** This frame (counted from 1) is sent after the one that follows it. */
  reorder?: (frame: number) => boolean;
  /** This frame (counted from 1) never arrives; the timestamps show the hole. */
  loseFrames?: (frame: number) => boolean;
  /** Not one frame after `start`. */
  noMedia?: boolean;
  /** Caller frames wait and then arrive in one burst. */
  stall?: { atMs: number; forMs: number };
  /** Agent audio stops in the caller's ear and goes on later; marks are late by that. */
  playoutStall?: { atMs: number; forMs: number };
  /** The socket is closed without `stop`. */
  skipStop?: boolean;
  /** What the server finds in `customParameters`, instead of what its TwiML said. */
  customParameters?: (given: Record<string, string>) => Record<string, string>;
}
