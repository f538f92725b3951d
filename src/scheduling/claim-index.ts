import type { Claim } from './reservation-record.ts';

interface Line {
  /** In order of their beginning. */
  claims: Claim[];
  longestMs: number;
}

/** Claims by resource and time: of many, those near a certain one are found without looking at all. */
export class ClaimIndex {
  readonly #lines = new Map<string, Line>();

  constructor(claims: readonly Claim[]) {
    for (const claim of claims) {
      const line = this.#lines.get(claim.resource);
      const lengthMs = claim.endMs - claim.startMs;
      if (line) {
        line.claims.push(claim);
        line.longestMs = Math.max(line.longestMs, lengthMs);
      } else this.#lines.set(claim.resource, { claims: [claim], longestMs: lengthMs });
    }
    for (const { claims: line } of this.#lines.values()) line.sort(byStart);
  }

  /** Whether anything of a resource overlaps a stretch; for stretches that are asked about in order of their beginning. */
  inOrder(resource: string): (startMs: number, endMs: number) => boolean {
    const line = this.#lines.get(resource)?.claims ?? [];
    let next = 0;
    let busyUntilMs = Number.NEGATIVE_INFINITY;
    return (startMs, endMs) => {
      for (; ; next += 1) {
        const claim = line[next];
        if (!claim || claim.startMs > startMs) break;
        busyUntilMs = Math.max(busyUntilMs, claim.endMs);
      }
      const claim = line[next];
      return busyUntilMs > startMs || (claim !== undefined && claim.startMs < endMs);
    };
  }

  /** Claims of its resource that overlap a claim. */
  near({ resource, startMs, endMs }: Pick<Claim, 'resource' | 'startMs' | 'endMs'>): Claim[] {
    const line = this.#lines.get(resource);
    if (!line) return [];
    const found: Claim[] = [];
    // Nothing that begins earlier than the longest claim lasts can still be there.
    for (let i = firstAfter(line.claims, startMs - line.longestMs); ; i += 1) {
      const claim = line.claims[i];
      if (!claim || claim.startMs >= endMs) return found;
      if (claim.endMs > startMs) found.push(claim);
    }
  }
}

function byStart(a: Claim, b: Claim): number {
  return a.startMs - b.startMs;
}

/** Index of the first claim that begins after an instant. */
function firstAfter(claims: readonly Claim[], atMs: number): number {
  let low = 0;
  let high = claims.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const claim = claims[middle];
    if (claim && claim.startMs <= atMs) low = middle + 1;
    else high = middle;
  }
  return low;
}
