import { cpus } from 'node:os';
import type { BookingResult } from './booking/run.ts';
import type { Spread } from './calls/tally.ts';
import type { FindSlotsResult } from './find-slots/run.ts';

const findTargetMs = 10;
const confirmTargetMs = 50;

/** `docs/benchmarks-agenda.md`. */
export function agendaPage(results: {
  date: string;
  slots: FindSlotsResult;
  booking: BookingResult;
}): string {
  const { date, slots, booking } = results;
  const { besideCalls, callsMeanwhile, alone, withFiles } = booking;
  return `# Benchmarks of the agenda

Made by \`npm run bench -- --only-agenda\` on ${date}: Node ${process.versions.node}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown CPU'}. Times are p50 / p99 / max
in ms and depend on the machine and on what else runs on it (other programs used ${slots.foreignCpu} cores during the search,
${callsMeanwhile.foreignCpu} during the calls); the ratio is what to compare.

## Finding times

A month, ${slots.practitioners} professionals, ${slots.appointments} stored appointments, 80 % of all times taken, driver \`files\`.

| question | ms | target p99 ≤ ${findTargetMs} |
| --- | --- | --- |
| the next three times of one professional | ${times(slots.oneNextMs)} | ${verdict(slots.oneNextMs, findTargetMs)} |
| the next three times of each of them, one after the other | ${times(slots.allNextMs)} | ${verdict(slots.allNextMs, findTargetMs)} |
| every free time of the month of one professional | ${times(slots.oneMonthMs)} | ${verdict(slots.oneMonthMs, findTargetMs)} |
| every free time of the month of all of them | ${times(slots.allMonthMs)} | ${verdict(slots.allMonthMs, findTargetMs)} |
| the same for one professional, compared with every appointment in turn | ${times(slots.naiveOneMonthMs)} | (baseline) |

The search takes ${slots.ratio} of the baseline's time (medians, same run).

## Booking

20 bookings a second for ${booking.seconds} s through the tools: \`confirm_appointment\` writes the appointment, decides, and writes again, each durable.

| situation | ms | target p99 ≤ ${confirmTargetMs} |
| --- | --- | --- |
| alone | ${times(alone.confirmMs)} | ${verdict(alone.confirmMs, confirmTargetMs)} |
| with ${booking.files} appointments in the directory | ${times(withFiles.confirmMs)} | ${verdict(withFiles.confirmMs, confirmTargetMs)} |
| while ${booking.calls} calls run in the same process | ${times(besideCalls.confirmMs)} | ${verdict(besideCalls.confirmMs, confirmTargetMs)} |

The calls meanwhile: caller→model ${times(callsMeanwhile.toModelMs)}, model→caller ${times(callsMeanwhile.toCallerMs)}.
`;
}

function times({ p50, p99, max }: Spread): string {
  return `${p50} / ${p99} / ${max}`;
}

function verdict({ p99 }: Spread, targetMs: number): string {
  return p99 <= targetMs ? 'reached' : '**not reached**';
}
