import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execPath } from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import type { Measurement, MeasurementPlan } from '../calls/measurement.ts';
import { Measuring } from '../calls/measuring.ts';
import { pinned } from '../calls/server-process.ts';
import { fillDirectory } from './full-directory.ts';
import { type Bookings, openBooker } from './steady-booker.ts';

/*
 * How long it takes until a booking is durable and confirmed, at 20 bookings a second through the tools, in files: alone,
 * with 10,000 appointments there already, and while calls run in the same process. Prints one JSON line.
 * `node --import tsx bench/booking/measure.ts [--seconds N] [--calls N]`
 */
const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '20' },
    calls: { type: 'string', default: '40' },
  },
});
const seconds = Number(values.seconds);
const calls = Number(values.calls);
const files = 10_000;
/** What the generator's window lasts longer than the bookings: these begin in it and end in it. */
const spareSeconds = 8;
const execute = promisify(execFile);

async function measure() {
  const directory = await mkdtemp(join(tmpdir(), 'alo-bench-booking-'));
  try {
    const alone = await bookingsIn(join(directory, 'alone'));
    const full = join(directory, 'full');
    await fillDirectory(full, files);
    const withFiles = await bookingsIn(full);
    const besideCalls = await bookingsBesideCalls(directory);
    return { bench: 'booking', seconds, alone, files, withFiles, calls, ...besideCalls };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function bookingsIn(directory: string): Promise<Bookings> {
  const booker = await openBooker(directory);
  const bookings = await booker.run(seconds);
  await booker.close();
  return bookings;
}

async function bookingsBesideCalls(directory: string) {
  const result = join(directory, 'bookings.json');
  const asked = new URLSearchParams({
    directory: join(directory, 'beside-calls'),
    result,
    seconds: String(seconds),
  });
  const server = `${new URL('server.ts', import.meta.url)}?${asked}`;
  const main = join(directory, 'main.mjs');
  const loader = import.meta.resolve('tsx/esm/api');
  await writeFile(
    main,
    `import { register } from ${JSON.stringify(loader)};\nregister();\nawait import(${JSON.stringify(server)});\n`,
  );
  const { isPinned } = new Measuring({ product: main, relay: main });
  const plan: MeasurementPlan = {
    server: 'product',
    main,
    calls,
    windowSeconds: seconds + spareSeconds,
    serverCore: isPinned ? 0 : undefined,
    generatorCore: isPinned ? 1 : undefined,
  };
  const generator = fileURLToPath(new URL('../calls/generator.ts', import.meta.url));
  const node = [execPath, '--import', 'tsx', generator, JSON.stringify(plan)];
  const [command = execPath, ...args] = pinned(node, plan.generatorCore);
  const { stdout } = await execute(command, args);
  const { toModelMs, toCallerMs, serverCpu, foreignCpu, framesLost } = JSON.parse(
    stdout,
  ) as Measurement;
  const besideCalls = JSON.parse(await readFile(result, 'utf8')) as Bookings;
  return {
    besideCalls,
    callsMeanwhile: { toModelMs, toCallerMs, serverCpu, foreignCpu, framesLost },
  };
}

console.log(JSON.stringify(await measure()));
