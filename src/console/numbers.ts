import type { CallCost } from '../call/call-cost.ts';
import type { CallGist } from '../call/call-gist-record.ts';
import { addDays } from '../scheduling/wall-time.ts';
import type { DayNumbers } from './numbers-view.ts';

type Sums = Omit<DayNumbers, 'firstWordMs' | 'day'> & { firstWords: number[] };

/** Pure: calls → a row for each day from `from` to `to`, and one for all of them. */
export function numbersOf(
  calls: Iterable<CallGist>,
  range: { from: string; to: string },
  rules: {
    /** `YYYY-MM-DD` on which the call began, where its clinic is. */
    dayOf: (call: CallGist) => string;
    costOf: (call: CallGist) => CallCost | undefined;
  },
): { days: DayNumbers[]; total: Omit<DayNumbers, 'day'> } {
  const days = new Map<string, Sums>();
  for (let day = range.from; day <= range.to; day = addDays(day, 1)) days.set(day, emptySums());
  const total = emptySums();
  for (const call of calls) {
    const day = days.get(rules.dayOf(call));
    if (!day) continue;
    const cost = rules.costOf(call);
    addCall(day, call, cost);
    addCall(total, call, cost);
  }
  return {
    days: [...days].map(([day, sums]) => ({ day, ...numbersIn(sums) })),
    total: numbersIn(total),
  };
}

function emptySums(): Sums {
  return {
    calls: 0,
    booked: 0,
    abandoned: 0,
    transferred: 0,
    firstWords: [],
    interruptions: 0,
    toolErrors: 0,
    tokens: 0,
    brl: 0,
    unpriced: 0,
  };
}

function addCall(sums: Sums, call: CallGist, cost: CallCost | undefined): void {
  sums.calls += 1;
  if (call.booked > 0) sums.booked += 1;
  if (call.outcome === 'abandoned') sums.abandoned += 1;
  if (call.transfer === 'answered') sums.transferred += 1;
  if (call.firstAudioMs !== undefined) sums.firstWords.push(call.firstAudioMs);
  sums.interruptions += call.interruptions;
  sums.toolErrors += call.toolErrors;
  sums.tokens += call.usage.inputTokens + call.usage.outputTokens;
  sums.brl += cost?.brl ?? 0;
  if (!cost) sums.unpriced += 1;
}

function numbersIn({ firstWords, brl, ...sums }: Sums): Omit<DayNumbers, 'day'> {
  const sorted = firstWords.sort((a, b) => a - b);
  const [p50, p95] = [quantile(sorted, 0.5), quantile(sorted, 0.95)];
  return {
    ...sums,
    brl: Math.round(brl * 10_000) / 10_000,
    ...(p50 === undefined || p95 === undefined ? {} : { firstWordMs: { p50, p95 } }),
  };
}

/** Nearest rank: always a value that occurred. */
function quantile(sorted: readonly number[], share: number): number | undefined {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
}
