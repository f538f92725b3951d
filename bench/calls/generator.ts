import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CarrierCall } from './carrier-call.ts';
import { accountSid, authToken, Dialling, unannounced } from './carrier-dialling.ts';
import { project } from './compiled-servers.ts';
import { machineCpuMs } from './machine-cpu.ts';
import { type Measurement, type MeasurementPlan, voidReason } from './measurement.ts';
import { type ModelServer, startModelServer } from './model-server.ts';
import { type ProcessSample, ServerProcess } from './server-process.ts';
import { nowUs, spreadOf, Tally } from './tally.ts';
import { Wheel } from './wheel.ts';

/*
 * The load: a process of its own that plays the carrier and the model for all calls, starts the server that is measured,
 * and prints one JSON line. `node --import tsx bench/calls/generator.ts '<plan>'`
 */

/** Calls are dialled at this rate, so that none of the first seconds is a stampede. */
const callsPerSecond = 60;
const linkDeadlineMs = 20_000;
/** From the last call's first audio to the window: greetings are over and turns are mixed. */
const settleMs = 7_000;
/** What was sent in the window may arrive this much later. */
const graceMs = 1_000;
const closeDeadlineMs = 8_000;

async function measure(plan: MeasurementPlan): Promise<Measurement> {
  const directory = await mkdtemp(join(tmpdir(), 'alo-bench-'));
  const tally = new Tally();
  const calls: CarrierCall[] = [];
  const wheel = new Wheel(tally);
  const model = await startModelServer({
    tally,
    expectsCuts: plan.server === 'product',
    onSession: (session) => {
      wheel.add(session, session.index + 3);
      session.onLinked = (callIndex) => {
        const call = calls[callIndex];
        if (call) call.session = session;
      };
    },
  });
  const port = await freePort();
  const server = await ServerProcess.start(
    {
      main: plan.main,
      env:
        plan.server === 'product'
          ? productEnv(port, model.url, directory)
          : relayEnv(port, model.url),
      core: plan.serverCore,
      profileDirectory: plan.profileDirectory,
    },
    () => accepts(port),
  );
  try {
    const idle = await server.sample(true);
    await dial(plan, port, calls, tally, wheel);
    await pass(settleMs);
    const window = await openWindow(plan, server, tally);
    await pass(graceMs);
    const afterwards = await server.sample(true).catch(() => window.to);
    await hangUp(calls, model);
    await server.stop();
    const recordingsComplete = await countRecordings(join(directory, 'recordings'));
    return toMeasurement(plan, tally, { ...window, idle, afterwards, recordingsComplete });
  } catch (error) {
    throw new Error(`${String(error)}; the server wrote: ${server.output}`);
  } finally {
    wheel.stop();
    for (const call of calls) call.destroy();
    await server.stop();
    model.close();
    await rm(directory, { recursive: true, force: true });
  }
}

async function dial(
  plan: MeasurementPlan,
  port: number,
  calls: CarrierCall[],
  tally: Tally,
  wheel: Wheel,
): Promise<void> {
  const dialling = new Dialling(port);
  const startedAtMs = performance.now();
  const opening: Promise<void>[] = [];
  for (let index = 0; index < plan.calls; index += 1) {
    const dueMs = startedAtMs + (index * 1_000) / callsPerSecond;
    if (dueMs > performance.now()) await pass(dueMs - performance.now());
    const address =
      plan.server === 'product'
        ? dialling.announce(index)
        : Promise.resolve(unannounced(port, index));
    opening.push(
      address.then(async (where) => {
        const call = await CarrierCall.open(index, tally, where);
        calls[index] = call;
        wheel.add(call, index);
      }),
    );
  }
  await Promise.all(opening);
  dialling.close();
  const deadline = performance.now() + linkDeadlineMs;
  while (calls.some((call) => !call.session)) {
    if (performance.now() > deadline) {
      const missing = calls.filter((call) => !call.session).length;
      throw new Error(`${missing} calls never reached the model`);
    }
    await pass(50);
  }
}

interface Window {
  from: ProcessSample;
  to: ProcessSample;
  generatorCpuMs: number;
  machineCpuMs: number;
  wallMs: number;
}

async function openWindow(
  plan: MeasurementPlan,
  server: ServerProcess,
  tally: Tally,
): Promise<Window> {
  const from = await server.sample();
  const ownFrom = process.cpuUsage();
  const machineFrom = machineCpuMs();
  const startedAtMs = performance.now();
  tally.openWindow(nowUs());
  await pass(plan.windowSeconds * 1_000);
  tally.closeWindow(nowUs());
  const own = process.cpuUsage(ownFrom);
  const machineMs = machineCpuMs() - machineFrom;
  const wallMs = performance.now() - startedAtMs;
  const to = await server.sample();
  return {
    from,
    to,
    generatorCpuMs: (own.user + own.system) / 1_000,
    machineCpuMs: machineMs,
    wallMs,
  };
}

async function hangUp(calls: CarrierCall[], model: ModelServer): Promise<void> {
  for (const session of model.sessions) session.quiet();
  for (const call of calls) call.stop();
  const deadline = performance.now() + closeDeadlineMs;
  while (calls.some((call) => call.isOpen) && performance.now() < deadline) await pass(50);
}

function toMeasurement(
  plan: MeasurementPlan,
  tally: Tally,
  found: Window & {
    idle: ProcessSample;
    afterwards: ProcessSample;
    recordingsComplete: number;
  },
): Measurement {
  const { calls } = plan;
  const { from, to, idle, afterwards } = found;
  const cpuMs = to.cpuMs - from.cpuMs;
  const serverMs = to.atMs - from.atMs;
  const kibPerCall = (bytes: number) => Math.round(bytes / calls / 102.4) / 10;
  const lagMs = spreadOf(tally.lagUs);
  const foreignMs = found.machineCpuMs - found.generatorCpuMs - cpuMs;
  const foreignCpu = round(Math.max(0, foreignMs) / found.wallMs, 2);
  const reason = voidReason(lagMs, foreignCpu);
  return {
    server: plan.server,
    calls,
    windowSeconds: plan.windowSeconds,
    framesSent: tally.toModel.sent,
    framesLost: tally.toModel.sent - tally.toModel.received,
    framesMisordered: tally.toModel.misordered,
    deltasSent: tally.toCaller.sent,
    deltasLost: tally.toCaller.sent - tally.toCaller.received,
    callsLost: tally.callsLost,
    toModelMs: spreadOf(tally.toModel.delayUs),
    toCallerMs: spreadOf(tally.toCaller.delayUs),
    cpuSecondsPerCallMinute: round((cpuMs / serverMs) * (60 / calls), 4),
    serverCpu: round(cpuMs / serverMs, 3),
    rssPerCallKiB: kibPerCall(to.rssBytes - idle.rssBytes),
    heapPerCallKiB: kibPerCall(afterwards.heapBytes - idle.heapBytes),
    bargeInMs: spreadOf(tally.reactionUs),
    cutErrorMs: spreadOf(tally.cutErrorUs),
    missedCuts: tally.missedCuts,
    unplannedReplies: tally.unplannedReplies,
    recordingsComplete: found.recordingsComplete,
    lagMs,
    generatorCpu: round(found.generatorCpuMs / found.wallMs, 3),
    foreignCpu,
    ...(reason === undefined ? {} : { void: reason }),
  };
}

function productEnv(port: number, modelUrl: string, directory: string): Record<string, string> {
  return {
    PORT: String(port),
    HOST: '127.0.0.1',
    PUBLIC_URL: `http://127.0.0.1:${port}`,
    OPENAI_API_KEY: 'bench',
    OPENAI_REALTIME_URL: modelUrl,
    TWILIO_ACCOUNT_SID: accountSid,
    TWILIO_AUTH_TOKEN: authToken,
    // Nothing listens there: no call of the bench is ended by REST.
    TWILIO_API_URL: 'http://127.0.0.1:9',
    RECORDINGS_DIR: join(directory, 'recordings'),
    APPOINTMENTS_DIR: join(directory, 'appointments'),
    DATA_DIR: join(directory, 'data'),
    CLINICS_DIR: join(project, 'clinics'),
    MAX_CALLS: '1000',
    CALL_DRAIN_MS: '2000',
    LOG_LEVEL: 'warn',
  };
}

function relayEnv(port: number, modelUrl: string): Record<string, string> {
  return { PORT: String(port), OPENAI_REALTIME_URL: modelUrl };
}

async function countRecordings(directory: string): Promise<number> {
  const names: string[] = await readdir(directory).catch(() => []);
  const records = names.filter((name) => name.endsWith('.json'));
  let complete = 0;
  for (const name of records) {
    const text = await readFile(join(directory, name), 'utf8');
    const record = JSON.parse(text) as { recording?: { file: string; complete: boolean } };
    if (record.recording?.complete && names.includes(record.recording.file)) complete += 1;
  }
  return complete;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const taken = createServer();
    taken.on('error', reject);
    taken.listen(0, '127.0.0.1', () => {
      const address = taken.address();
      taken.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

async function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}

function pass(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function round(value: number, digits: number): number {
  return Math.round(value * 10 ** digits) / 10 ** digits;
}

const plan = JSON.parse(process.argv[2] ?? '{}') as MeasurementPlan;
console.log(JSON.stringify(await measure(plan)));
process.exit(0);
