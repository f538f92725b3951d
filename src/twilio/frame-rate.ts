export interface FrameRateLimit {
  /** Frames per second that may go on for ever. */
  perSecond: number;
  /** Frames that may arrive at once after a quiet time. */
  burst: number;
}

/** Twilio sends 50 a second; after a stall of the network up to 5 s of them arrive at once. */
export const callerAudioRate: FrameRateLimit = { perSecond: 60, burst: 250 };

/**
 * Marks, keys and the rest. One `clear` makes Twilio return every outstanding mark at once, and it buffers up to
 * 10 minutes of audio, so a burst of marks is ordinary; a steady stream of them is not.
 */
export const controlRate: FrameRateLimit = { perSecond: 60, burst: 1_000 };

/** Excess that goes on for this long is a flood. */
const floodMs = 5_000;

/** Excess counts as continuous when no pause without a dropped frame was longer than this. */
const quietMs = 1_000;

/** `flood`: dropped too, and the excess has lasted for 5 s. */
export type FrameVerdict = 'admitted' | 'dropped' | 'flood';

export interface FrameRate {
  /** Decides about one frame. @param nowMs monotonic milliseconds. */
  admit(nowMs: number): FrameVerdict;
}

/** A token bucket for one socket. */
export function createFrameRate({ perSecond, burst }: FrameRateLimit): FrameRate {
  let tokens = burst;
  let refilledAtMs: number | undefined;
  let excessSinceMs = 0;
  let droppedAtMs = Number.NEGATIVE_INFINITY;

  return {
    admit(nowMs) {
      const elapsedMs = nowMs - (refilledAtMs ?? nowMs);
      tokens = Math.min(burst, tokens + (elapsedMs * perSecond) / 1_000);
      refilledAtMs = nowMs;
      if (tokens >= 1) {
        tokens -= 1;
        return 'admitted';
      }
      if (nowMs - droppedAtMs > quietMs) excessSinceMs = nowMs;
      droppedAtMs = nowMs;
      return nowMs - excessSinceMs >= floodMs ? 'flood' : 'dropped';
    },
  };
}
