import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadClinics } from '../../src/agent/clinic-loader.ts';
import type { ClinicProfile } from '../../src/agent/clinic-profile.ts';
import { type App, buildApp } from '../../src/app.ts';
import type { CallRecord } from '../../src/call/call-record.ts';
import { readConfig } from '../../src/config.ts';
import { type Clock, createClock } from '../../src/platform/clock.ts';
import { createLog } from '../../src/platform/log.ts';
import { createPatient } from '../../src/sandbox/patient.ts';
import type { PatientScript } from '../../src/sandbox/patient-scripts.ts';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import { openStorage, type Storage } from '../../src/storage/storage-profile.ts';
import { clinicsDirectory } from './agent-fixtures.ts';
import { bookDirectly, directReception } from './direct-desk.ts';
import { jsonIn } from './stage.ts';

/** The product as `npm start` without accounts runs it: synthesised voices, the rule-based receptionist, real time. */
export interface SandboxStage {
  app: App;
  sandbox: Sandbox;
  directory: string;
  url: string;
  /** One whole call of a patient. */
  call(script: PatientScript, options?: { from?: string }): Promise<CallRecord>;
  appointments(): Promise<Record<string, unknown>[]>;
  requests(): Promise<Record<string, unknown>[]>;
  close(): Promise<void>;
}

const longestCallMs = 290_000;

export async function openSandboxStage(options: {
  /** The clinic's time when the stage opens, ISO 8601 with offset. */
  now: string;
  /** Settings beside the usual ones. */
  env?: Record<string, string>;
  /** Changes the shipped clinic's file. */
  clinic?: (yaml: string) => string;
  /** Written before the product starts. */
  prepare?: (storage: Storage, clock: Clock, clinic: ClinicProfile) => Promise<void>;
}): Promise<SandboxStage> {
  const directory = await mkdtemp(join(tmpdir(), 'alo-sandbox-'));
  const clock = createClock(Date.parse(options.now));
  const log = createLog('silent');
  const storageOf = () =>
    openStorage({
      kind: 'files',
      recordingsDirectory: join(directory, 'recordings'),
      appointmentsDirectory: join(directory, 'appointments'),
      dataDirectory: join(directory, 'data'),
      databaseUrl: undefined,
      log,
    });
  const clinics = join(directory, 'clinics');
  await mkdir(clinics);
  const yaml = await readFile(join(clinicsDirectory, 'aurora.yaml'), 'utf8');
  await writeFile(join(clinics, 'aurora.yaml'), options.clinic?.(yaml) ?? yaml);
  if (options.prepare) {
    const storage = await storageOf();
    const [clinic] = await loadClinics(clinics);
    if (clinic) await options.prepare(storage, clock, clinic);
    await storage.close();
  }
  const config = readConfig(
    {
      PORT: '0',
      CLINICS_DIR: 'clinics',
      MAX_CALLS: '100',
      CALL_DRAIN_MS: '0',
      ...options.env,
    },
    directory,
  );
  const app = await buildApp(config, { clock, log });
  const address = await app.listen();
  const { sandbox } = app;
  if (!sandbox) throw new Error('not in sandbox mode');
  return {
    app,
    sandbox,
    directory,
    url: address,
    async call(script, { from = '+5588999991234' } = {}) {
      const call = sandbox.carrier.dial({
        url: `${address}/incoming-call`,
        from,
        to: '+558835430000',
      });
      const over = new Promise<CallRecord>((resolve, reject) => {
        const late = setTimeout(() => reject(new Error('the call did not end')), longestCallMs);
        app.live.watch((event) => {
          if (event.type !== 'call-ended' || event.record.callSid !== call.sid) return;
          clearTimeout(late);
          resolve(event.record);
        });
      });
      createPatient({
        call,
        synthesiser: sandbox.synthesiser,
        phrasebook: sandbox.phrasebook,
        script,
        clock: createClock(),
        log,
      });
      return over;
    },
    appointments: () => jsonIn(join(directory, 'appointments')),
    requests: () => jsonIn(join(directory, 'data', 'requests')),
    async close() {
      await app.stop(Promise.resolve());
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** A visit that somebody booked on another day. */
export async function bookBefore(
  options: Parameters<typeof bookDirectly>[1] & {
    storage: Storage;
    clock: Clock;
    clinic: ClinicProfile;
    from: string;
  },
): Promise<void> {
  const { storage, clock, clinic, from, ...wish } = options;
  const { begin } = directReception({ clinic, clock, stores: storage });
  const booked = await bookDirectly(begin({ callerE164: from }), wish);
  if (!booked.ok) throw new Error(`not booked: ${booked.message}`);
}
