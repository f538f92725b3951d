import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Bookable, ClinicAgenda } from '../../src/agent/clinic-agenda.ts';
import { createLog } from '../../src/platform/log.ts';
import { openFileScheduleStore } from '../../src/storage/file-schedule-store.ts';
import { machineCpuMs } from '../calls/machine-cpu.ts';
import { nowUs } from '../calls/tally.ts';
import { spreadsOf } from '../spreads.ts';
import { appointments, fullAgenda, month, nowMs } from './full-agenda.ts';
import { naiveFind } from './naive-search.ts';

/*
 * How long it takes to find free times in a full agenda. Prints one JSON line.
 * `node --import tsx bench/find-slots/measure.ts`
 */

/** Before anything is counted: the compiler has seen the code, a working server has too. */
const warmUps = 100;
const rounds = 500;
/** What a caller is told. */
const told = 3;
const everything = Number.MAX_SAFE_INTEGER;

async function measure() {
  const directory = await mkdtemp(join(tmpdir(), 'alo-bench-slots-'));
  const store = await openFileScheduleStore({ directory, log: createLog('silent') });
  try {
    const agenda = await fullAgenda(store);
    const busy = await store.busy({
      resources: agenda.bookables.flatMap(({ plan }) =>
        plan.needs.resources.flat().map(({ id }) => id),
      ),
      startMs: nowMs,
      endMs: nowMs + 40 * 86_400_000,
      nowMs,
    });
    const [one] = agenda.bookables;
    if (!one || busy.length !== appointments) throw new Error('the agenda is not as full as meant');
    const all = agenda.bookables;
    // In turn, so that each meets the same machine.
    const searches = {
      oneNextMs: () => find(agenda, [one], told),
      oneMonthMs: () => find(agenda, [one], everything),
      allNextMs: () => find(agenda, all, told),
      allMonthMs: () => find(agenda, all, everything),
      naiveOneMonthMs: () => naiveFind(agenda, one, busy),
    };
    const others = watchOthers();
    const spreads = await spreadsOf(searches, { warmUps, rounds });
    const foreignCpu = others();
    const { oneMonthMs, naiveOneMonthMs } = spreads;
    /** Of the medians: the share of the naive search's time. */
    const ratio = rounded(oneMonthMs.p50 / naiveOneMonthMs.p50);
    const size = { appointments, practitioners: all.length };
    return { bench: 'find-slots', ...size, ...spreads, ratio, foreignCpu };
  } finally {
    await store.close();
    await rm(directory, { recursive: true, force: true });
  }
}

async function find(agenda: ClinicAgenda, bookables: readonly Bookable[], limit: number) {
  let slots = 0;
  for (const { plan } of bookables) {
    const found = await agenda.booking.find({ plan, range: month, limit }, nowMs);
    if (found.outcome === 'found') slots += found.slots.length;
  }
  return slots;
}

/** Cores that other programs use from now until it is asked. */
function watchOthers(): () => number {
  const began = { ms: nowUs() / 1_000, machine: machineCpuMs(), own: process.cpuUsage() };
  return () => {
    const { user, system } = process.cpuUsage(began.own);
    const others = machineCpuMs() - began.machine - (user + system) / 1_000;
    return rounded(Math.max(0, others / (nowUs() / 1_000 - began.ms)));
  };
}

function rounded(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}

console.log(JSON.stringify(await measure()));
