import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ClaimIndex } from '../../src/scheduling/claim-index.ts';
import { overlaps } from '../../src/scheduling/interval.ts';
import type { Claim } from '../../src/scheduling/reservation-record.ts';

const claim = fc
  .tuple(
    fc.constantFrom('room:1', 'room:2'),
    fc.integer({ min: 0, max: 50 }),
    fc.integer({ min: 1, max: 30 }),
  )
  .map(
    ([resource, startMs, length]): Claim => ({
      resource,
      startMs,
      endMs: startMs + length,
      capacity: 3,
    }),
  );

it('claims near another are those of its resource that overlap it, whatever lies around', () => {
  const key = ({ resource, startMs, endMs }: Claim) => `${resource} ${startMs}-${endMs}`;
  fc.assert(
    fc.property(fc.array(claim, { maxLength: 20 }), claim, (claims, wanted) => {
      const index = new ClaimIndex(claims);
      const expected = claims.filter(
        (one) => one.resource === wanted.resource && overlaps(one, wanted),
      );
      expect(index.near(wanted).map(key).sort()).toEqual(expected.map(key).sort());
    }),
  );
});

it('stretches asked about in order are taken when a claim overlaps them', () => {
  fc.assert(
    fc.property(
      fc.array(claim, { maxLength: 20 }),
      fc.array(claim, { maxLength: 20 }),
      (claims, asked) => {
        const isTaken = new ClaimIndex(claims).inOrder('room:1');
        const taken = claims.filter(({ resource }) => resource === 'room:1');
        for (const one of asked.toSorted((a, b) => a.startMs - b.startMs))
          expect(isTaken(one.startMs, one.endMs)).toBe(taken.some((other) => overlaps(one, other)));
      },
    ),
  );
});
