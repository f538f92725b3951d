import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createClock } from '../src/platform/clock.ts';
import { agendaPage } from './agenda-page.ts';
import { measureBooking } from './booking/run.ts';
import {
  benchmarkPage,
  capacityTable,
  measurementTable,
  verdictTable,
} from './calls/benchmark-page.ts';
import { type Capacity, findCapacity } from './calls/capacity.ts';
import { compileServers, project } from './calls/compiled-servers.ts';
import type { Measurement, ServerKind } from './calls/measurement.ts';
import { Measuring } from './calls/measuring.ts';
import { judge, median } from './calls/targets.ts';
import { consolePage } from './console-page.ts';
import { measureFindSlots } from './find-slots/run.ts';
import { measureMessages } from './messages/run.ts';
import { messagesPage } from './messages-page.ts';
import { measureRecordingSearch, measureRecordingStart } from './recordings/run.ts';

/*
 * npm run bench                      200 calls for 30 s, two rounds, then the search for the most calls held (10 to 15 minutes)
 * npm run bench -- --quick           50 calls for 10 s, one round, no search (1 minute)
 *   --calls N --seconds N --rounds N --no-capacity
 *   --profile <directory>            also leaves a CPU profile of each server there
 *   --no-page                        leaves docs/benchmarks.md as it is
 *   --only-messages                  only WhatsApp: webhooks, conversations at once, a start with many kept, finding scripts (4 minutes)
 *   --only-agenda                    only the agenda: free times in a full one, and durable bookings (3 minutes)
 *   --only-console                   only the console: the list of many calls (3 minutes)
 */
const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    calls: { type: 'string' },
    seconds: { type: 'string' },
    rounds: { type: 'string' },
    capacity: { type: 'boolean' },
    page: { type: 'boolean', default: true },
    profile: { type: 'string' },
    'only-agenda': { type: 'boolean', default: false },
    'only-messages': { type: 'boolean', default: false },
    'only-console': { type: 'boolean', default: false },
  },
  allowNegative: true,
});

const calls = Number(values.calls ?? (values.quick ? 50 : 200));
const windowSeconds = Number(values.seconds ?? (values.quick ? 10 : 30));
const rounds = Number(values.rounds ?? (values.quick ? 1 : 2));
const searches = values.capacity ?? !values.quick;
/** A load at which a server is mostly idle, beside the main one. */
const moderateCalls = 50;
const moderateSeconds = 15;
const searchSeconds = 10;

async function bench(): Promise<boolean> {
  const measuring = new Measuring(compileServers());
  const profileDirectory = values.profile;
  for (let round = 0; round < rounds; round += 1) {
    for (const server of inTurn(round)) {
      await measuring.measure(server, { calls, windowSeconds, profileDirectory });
    }
  }
  if (calls > moderateCalls) {
    for (const server of inTurn(rounds)) {
      await measuring.measure(server, { calls: moderateCalls, windowSeconds: moderateSeconds });
    }
  }
  const main = [...measuring.measurements];
  const capacities: Capacity[] = [];
  if (searches) {
    for (const server of inTurn(0)) {
      const serverCpuPerCall = cpuPerCall(main, server);
      if (serverCpuPerCall === undefined) continue;
      const options = { windowSeconds: searchSeconds, serverCpuPerCall };
      capacities.push(await findCapacity(measuring, server, options));
    }
  }
  const verdicts = judge(main, capacities);
  await benchAgenda();
  await benchConsole();
  console.log(`\n${measurementTable(main)}\n`);
  if (capacities.length > 0) console.log(`${capacityTable(capacities)}\n`);
  console.log(verdictTable(verdicts));
  const { troubles, isPinned } = measuring;
  const date = new Date(createClock().wallMs()).toISOString().slice(0, 10);
  const command = ['npm run bench', ...given()].join(' ');
  const results = { command, date, isPinned, measurements: main, capacities, verdicts, troubles };
  if (values.page) writeFileSync(join(project, 'docs', 'benchmarks.md'), benchmarkPage(results));
  return main.some((one) => one.server === 'product' && one.void === undefined);
}

function inTurn(round: number): ServerKind[] {
  return round % 2 === 0 ? ['relay', 'product'] : ['product', 'relay'];
}

function cpuPerCall(measurements: Measurement[], server: ServerKind): number | undefined {
  const own = measurements.filter((one) => one.server === server && one.calls === calls);
  return median(own.map((one) => one.serverCpu / one.calls));
}

function given(): string[] {
  const args = process.argv.slice(2);
  return args.length > 0 ? ['--', ...args] : [];
}

async function benchAgenda(): Promise<boolean> {
  const slots = await measureFindSlots();
  const booking = await measureBooking();
  if (!slots || !booking) return false;
  const date = new Date(createClock().wallMs()).toISOString().slice(0, 10);
  const page = agendaPage({ date, slots, booking });
  if (values.page) writeFileSync(join(project, 'docs', 'benchmarks-agenda.md'), page);
  return true;
}

async function benchMessages(): Promise<boolean> {
  const measured = await measureMessages();
  if (!measured) return false;
  const date = new Date(createClock().wallMs()).toISOString().slice(0, 10);
  const page = messagesPage({ date, ...measured });
  if (values.page) writeFileSync(join(project, 'docs', 'benchmarks-messages.md'), page);
  return true;
}

async function benchConsole(): Promise<boolean> {
  const search = await measureRecordingSearch();
  const start = await measureRecordingStart();
  if (!search || !start) return false;
  const date = new Date(createClock().wallMs()).toISOString().slice(0, 10);
  const page = consolePage({ date, search, start });
  if (values.page) writeFileSync(join(project, 'docs', 'benchmarks-console.md'), page);
  return true;
}

function chosen(): Promise<boolean> {
  if (values['only-messages']) return benchMessages();
  if (values['only-agenda']) return benchAgenda();
  return values['only-console'] ? benchConsole() : bench();
}

const isGood = await chosen();
process.exitCode = isGood ? 0 : 1;
