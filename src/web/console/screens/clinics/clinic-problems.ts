import type { ClinicProblemsView } from '../../../../console/clinic-list-view.ts';
import type { ClinicProblemView } from '../../../../console/clinic-view.ts';
import { ApiProblem } from '../../../ui/api.ts';

/** What the check of the file says, when it was that which refused; nothing otherwise. */
export function problemsIn(error: unknown): ClinicProblemView[] | undefined {
  if (!(error instanceof ApiProblem) || error.code !== 'invalid-clinic') return undefined;
  return (error.body as ClinicProblemsView).problems;
}

/** `numbers[0]: já é de …` → its place and its reason; `numbers.0` is the same place. */
function readProblem({ text }: ClinicProblemView): { place: string; reason: string } {
  const [, place = '', reason = text] = /^([\w.[\]]+): (.*)$/s.exec(text) ?? [];
  return { place: place.replace(/\.(\d+)/g, '[$1]'), reason };
}

/** Reasons by place; what belongs to no place of `known` (a place, or what begins with it) is in `others`. */
export function sortProblems(
  problems: readonly ClinicProblemView[],
  known: readonly string[],
): { at: (place: string) => string | undefined; others: string[] } {
  const read = problems.map(readProblem);
  const placeOf = (place: string) =>
    known.find(
      (one) => place === one || place.startsWith(`${one}.`) || place.startsWith(`${one}[`),
    );
  return {
    at: (wanted) =>
      read
        .filter(({ place }) => placeOf(place) === wanted)
        .map(({ reason }) => reason)
        .join('; ') || undefined,
    others: read
      .filter(({ place }) => placeOf(place) === undefined)
      .map(({ place, reason }) => (place ? `${place}: ${reason}` : reason)),
  };
}
