import type { Dial } from './dial-record.ts';
import { isLive } from './dial-steps.ts';

/** How often may be dialled. All windows slide. */
export interface DialLimits {
  /** A person is not rung twice in a row. */
  perNumberPauseMs: number;
  perNumberPerDay: number;
  /** Numbers that differ in their last four digits only: nobody dials through an exchange. */
  perPrefixPerDay: number;
  perKeyPerDay: number;
  perDay: number;
  /** Ringing or talking. */
  atOnce: number;
}

export const usualDialLimits: DialLimits = {
  perNumberPauseMs: 10 * 60_000,
  perNumberPerDay: 3,
  perPrefixPerDay: 50,
  perKeyPerDay: 200,
  perDay: 500,
  atOnce: 10,
};

const dayMs = 86_400_000;
/** When a full line is worth another try, s: nobody knows when somebody will hang up. */
const busyRetryS = 30;

export interface LimitReached {
  code:
    | 'number-called-recently'
    | 'number-called-too-often'
    | 'prefix-limit'
    | 'key-limit'
    | 'day-limit'
    | 'too-many-at-once';
  /** pt-BR. */
  message: string;
  retryAfterS: number;
}

const messages: Record<LimitReached['code'], string> = {
  'number-called-recently': 'Este número acabou de ser chamado. Espere dez minutos.',
  'number-called-too-often': 'Este número já foi chamado o máximo de vezes por dia.',
  'prefix-limit': 'Já foram feitas ligações demais para números parecidos com este hoje.',
  'key-limit': 'Esta chave já fez o máximo de ligações por dia.',
  'day-limit': 'Já foi feito o máximo de ligações por dia.',
  'too-many-at-once': 'Há ligações demais ao mesmo tempo. Tente de novo em instantes.',
};

interface Start {
  to: string;
  keyId: string;
  atMs: number;
  /** Somebody was rung, or may have been. */
  isRing: boolean;
}

/**
 * The first limit that one more dial would break. @param self the dial that asks, when it is in the ledger already
 * @param ringS longest ringing
 */
export function limitReached(
  wish: { to: string; keyId: string },
  dials: Iterable<Dial>,
  at: { nowMs: number; ringS: number; self?: string },
  limits: DialLimits = usualDialLimits,
): LimitReached | undefined {
  const others = [...dials].filter((dial) => dial.id !== at.self);
  const own = [...dials].filter((dial) => dial.id === at.self);
  const starts = [...others.flatMap(startsOf), ...own.flatMap(earlierStarts)].filter(
    ({ atMs }) => atMs > at.nowMs - dayMs,
  );
  const toSame = starts.filter(({ to, isRing }) => isRing && to === wish.to);
  const prefix = prefixOf(wish.to);
  const windows: [LimitReached['code'], Start[], number, number][] = [
    ['number-called-recently', toSame, limits.perNumberPauseMs, 1],
    ['number-called-too-often', toSame, dayMs, limits.perNumberPerDay],
    [
      'prefix-limit',
      starts.filter(({ to }) => prefixOf(to) === prefix),
      dayMs,
      limits.perPrefixPerDay,
    ],
    ['key-limit', starts.filter(({ keyId }) => keyId === wish.keyId), dayMs, limits.perKeyPerDay],
    ['day-limit', starts, dayMs, limits.perDay],
  ];
  for (const [code, counted, windowMs, most] of windows) {
    const freeMs = freeAtMs(counted, at.nowMs, windowMs, most);
    if (freeMs !== undefined) return reached(code, Math.ceil((freeMs - at.nowMs) / 1_000));
  }
  const live = others.filter((dial) => isLive(dial, at.ringS, at.nowMs)).length;
  return live >= limits.atOnce ? reached('too-many-at-once', busyRetryS) : undefined;
}

/** When there is room again; nothing when there is room now. */
function freeAtMs(
  starts: readonly Start[],
  nowMs: number,
  windowMs: number,
  most: number,
): number | undefined {
  const times = starts
    .map(({ atMs }) => atMs)
    .filter((atMs) => atMs > nowMs - windowMs)
    .sort((a, b) => a - b);
  const leaver = times[times.length - most];
  return leaver === undefined ? undefined : leaver + windowMs;
}

function startsOf(dial: Dial): Start[] {
  const { to, keyId, state, sentAtMs, createdAtMs } = dial;
  const before = earlierStarts(dial);
  // A further attempt that waits has not begun; a first one that waits is counted, or a thousand could wait.
  if (state === 'intent' && dial.attempt > 1) return before;
  return [...before, { to, keyId, atMs: sentAtMs ?? createdAtMs, isRing: state !== 'failed' }];
}

function earlierStarts({ to, keyId, earlier }: Dial): Start[] {
  return earlier.map(({ sentAtMs: atMs }) => ({ to, keyId, atMs, isRing: true }));
}

function prefixOf(e164: string): string {
  return e164.slice(0, -4);
}

function reached(code: LimitReached['code'], retryAfterS: number): LimitReached {
  return { code, message: messages[code], retryAfterS: Math.max(1, retryAfterS) };
}
