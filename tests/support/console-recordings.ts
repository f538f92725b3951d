import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fastify from 'fastify';
import { pcm16ToMuLaw } from '../../src/audio/g711.ts';
import { interleave, stereoMuLawHeader } from '../../src/audio/wav.ts';
import { numbersRoutes } from '../../src/console/numbers-routes.ts';
import { recordingRoutes } from '../../src/console/recording-routes.ts';
import { createLog } from '../../src/platform/log.ts';
import { answerProblems } from '../../src/platform/problem.ts';
import { swapFile } from '../../src/storage/file-commit.ts';
import { indexedCallStore } from '../../src/storage/indexed-call-store.ts';
import { createMemoryAppointmentStore } from '../../src/storage/memory-appointment-store.ts';
import { MemoryCallIndex } from '../../src/storage/memory-call-index.ts';
import { createMemoryCallStore } from '../../src/storage/memory-call-store.ts';
import { createFakeAccess } from './console-access.ts';

/** Where the tests' calls are: a day on which nothing special is. */
export const recordingsNow = '2026-11-24T15:00:00.000Z';

/** Two sides that sound differently: the caller in the first half, the agent in the second. */
export function stereoWav(durationMs: number): Buffer {
  const samples = 8 * durationMs;
  const tone = (hertz: number, from: number, to: number) =>
    pcm16ToMuLaw(
      Int16Array.from({ length: samples }, (_, at) =>
        at >= from && at < to ? 12_000 * Math.sin((2 * Math.PI * hertz * at) / 8_000) : 0,
      ),
    );
  const audio = interleave(tone(300, 0, samples / 2), tone(500, samples / 2, samples));
  return Buffer.concat([stereoMuLawHeader(audio.length), audio]);
}

/** The routes of recordings and numbers with somebody signed in, files in a fresh folder. */
export async function openRecordingsDesk() {
  const directory = await mkdtemp(join(tmpdir(), 'alo-recordings-'));
  const callIndex = new MemoryCallIndex();
  const calls = indexedCallStore(createMemoryCallStore(), callIndex);
  const appointments = createMemoryAppointmentStore();
  const access = createFakeAccess();
  const server = fastify();
  const desk = { nowMs: Date.parse(recordingsNow), callsElsewhere: new Set<string>() };
  const parts = {
    access,
    calls,
    callIndex,
    appointments,
    recordingsDirectory: directory,
    madeHere: async (id: string) => !desk.callsElsewhere.has(id),
    replaceFile: swapFile,
    clinics: () => [
      { id: 'clinica-exemplo', timeZone: 'America/Fortaleza' },
      { id: 'outra', timeZone: 'America/Sao_Paulo' },
    ],
    usualModel: 'gpt-realtime-2.1',
    usdBrl: 5,
    clock: { wallMs: () => desk.nowMs, monotonicMs: () => desk.nowMs },
  };
  answerProblems(server, createLog('silent'));
  recordingRoutes(server, parts);
  numbersRoutes(server, parts);
  return {
    desk,
    directory,
    access,
    calls,
    appointments,
    server,
    ask: (path: string, headers: Record<string, string> = {}) =>
      server.inject({ url: `/console/api${path}`, headers }),
    play: (id: string, body: object = {}) =>
      server.inject({ method: 'POST', url: `/console/api/calls/${id}/plays`, payload: body }),
    putWav: (name: string, bytes: Buffer) => writeFile(join(directory, name), bytes),
    async close() {
      await server.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

export type RecordingsDesk = Awaited<ReturnType<typeof openRecordingsDesk>>;
