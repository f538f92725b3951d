/** A stretch of time, epoch ms: the start belongs to it, the end does not. Two that touch do not overlap. */
export interface Interval {
  startMs: number;
  endMs: number;
}

export function overlaps(a: Interval, b: Interval): boolean {
  return a.startMs < b.endMs && b.startMs < a.endMs;
}

export function contains(outer: Interval, inner: Interval): boolean {
  return outer.startMs <= inner.startMs && inner.endMs <= outer.endMs;
}

/** The same time in the fewest intervals: in order, none empty, none touching another. */
export function normalize(intervals: readonly Interval[]): Interval[] {
  return crowded(intervals, 1);
}

export function union(a: readonly Interval[], b: readonly Interval[]): Interval[] {
  return normalize([...a, ...b]);
}

/** Time that is in both, normalized. */
export function intersect(a: readonly Interval[], b: readonly Interval[]): Interval[] {
  return crowded([...normalize(a), ...normalize(b)], 2);
}

/** Time of `from` that is not in `taken`, normalized. */
export function subtract(from: readonly Interval[], taken: readonly Interval[]): Interval[] {
  const holes = normalize(taken);
  return normalize(from).flatMap((whole) => cut(whole, holes));
}

/** Time in which at least `count` of the intervals are present at once, normalized. */
export function crowded(intervals: readonly Interval[], count: number): Interval[] {
  const result: Interval[] = [];
  let present = 0;
  let startMs = 0;
  for (const { atMs, change } of edges(intervals)) {
    const before = present;
    present += change;
    if (before < count && present >= count) startMs = atMs;
    if (before >= count && present < count && startMs < atMs) append(result, startMs, atMs);
  }
  return result;
}

/** The most intervals present at one instant of `within`. */
export function peak(intervals: readonly Interval[], within: Interval): number {
  let present = 0;
  let most = 0;
  for (const { change } of edges(intervals.filter((one) => overlaps(one, within)).map(clip))) {
    present += change;
    most = Math.max(most, present);
  }
  return most;

  function clip({ startMs, endMs }: Interval): Interval {
    return { startMs: Math.max(startMs, within.startMs), endMs: Math.min(endMs, within.endMs) };
  }
}

/** With time before and after it: preparation of the room, notes after the visit. */
export function widen({ startMs, endMs }: Interval, beforeMs: number, afterMs: number): Interval {
  return { startMs: startMs - beforeMs, endMs: endMs + afterMs };
}

/** Beginnings and ends in order; of one instant the ends first, so that touching intervals are never both present. */
function edges(intervals: readonly Interval[]): { atMs: number; change: 1 | -1 }[] {
  return intervals
    .filter(({ startMs, endMs }) => startMs < endMs)
    .flatMap(({ startMs, endMs }) => [
      { atMs: startMs, change: 1 as const },
      { atMs: endMs, change: -1 as const },
    ])
    .sort((a, b) => a.atMs - b.atMs || a.change - b.change);
}

function append(list: Interval[], startMs: number, endMs: number): void {
  const last = list.at(-1);
  if (last?.endMs === startMs) last.endMs = endMs;
  else list.push({ startMs, endMs });
}

/** @param holes normalized */
function cut(whole: Interval, holes: readonly Interval[]): Interval[] {
  const rest: Interval[] = [];
  let startMs = whole.startMs;
  for (const hole of holes) {
    if (!overlaps(hole, whole)) continue;
    if (startMs < hole.startMs) rest.push({ startMs, endMs: hole.startMs });
    startMs = hole.endMs;
  }
  if (startMs < whole.endMs) rest.push({ startMs, endMs: whole.endMs });
  return rest;
}
