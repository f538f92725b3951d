import type { Dial } from './dial-record.ts';

/** What is judged: the dials that a key asked for one by one, of the last hour. */
const windowMs = 60 * 60_000;
const leastToJudge = 20;
/** Patients answer their clinic. Below this share the numbers are no patients', or the line is broken. */
const leastAnswered = 0.15;
/** Calls that are over before anybody can have said why: what toll fraud looks like. */
const shortS = 6;
const mostShort = 0.6;

/**
 * When this key may dial again, when what became of its calls looks like fraud or a broken line; nothing when it does not.
 * Lists have a watch of their own.
 */
export function unusualUntilMs(
  keyId: string,
  dials: Iterable<Dial>,
  nowMs: number,
): number | undefined {
  const over = [...dials]
    .filter((dial) => dial.keyId === keyId && dial.row === undefined && isOver(dial))
    .map((dial) => ({ dial, atMs: dial.sentAtMs ?? 0 }))
    .filter(({ atMs }) => atMs > nowMs - windowMs)
    .sort((a, b) => a.atMs - b.atMs);
  if (over.length < leastToJudge) return undefined;
  const answered = over.filter(({ dial }) => wasAnswered(dial));
  const short = answered.filter(({ dial }) => (dial.progress?.durationS ?? shortS + 1) <= shortS);
  const isUnusual =
    answered.length < over.length * leastAnswered || short.length > answered.length * mostShort;
  // With the first of them out of the window there are too few to judge by.
  const leaving = over[over.length - leastToJudge];
  return isUnusual && leaving ? leaving.atMs + windowMs : undefined;
}

const ends: ReadonlySet<string> = new Set(['completed', 'busy', 'no-answer', 'failed']);

function isOver({ progress, state }: Dial): boolean {
  return state === 'known' && progress !== undefined && ends.has(progress.status);
}

function wasAnswered({ answeredBy, progress }: Dial): boolean {
  return progress?.status === 'completed' && answeredBy !== 'machine' && answeredBy !== 'fax';
}
