import fastify from 'fastify';
import { type CallGist, gistOf, searchTextOf } from '../../src/call/call-gist-record.ts';
import type { CallStore } from '../../src/call/call-record.ts';
import type { ConsoleAccess } from '../../src/console/console-access.ts';
import { recordingRoutes } from '../../src/console/recording-routes.ts';
import { createClock } from '../../src/platform/clock.ts';
import { MemoryCallIndex } from '../../src/storage/memory-call-index.ts';
import { nowUs } from '../calls/tally.ts';
import { spreadsOf } from '../spreads.ts';
import { loadNow } from './load-now.ts';
import { callsOfClinic, commonWord, manyCalls, rareWord } from './many-calls.ts';

/*
 * How long the console's list of calls takes, through its own route, beside a plain scan of the same texts. Prints one JSON
 * line. `node --expose-gc --import tsx bench/recordings/measure-search.ts`
 */

const access: ConsoleAccess = {
  only: () => async () => undefined,
  who: () => ({ userId: 'bench', name: 'bench', role: 'admin', clinics: 'all' }),
  sees: () => true,
  audit: async () => undefined,
  whenOver: () => () => undefined,
};

async function measure() {
  const before = memoryMb();
  const index = new MemoryCallIndex();
  let indexUs = 0;
  for (const call of callsOfClinic()) {
    const began = nowUs();
    await index.put(call);
    indexUs += nowUs() - began;
  }
  const memory = Math.round(memoryMb() - before);
  const server = fastify();
  recordingRoutes(server, {
    access,
    calls: { find: async () => undefined } satisfies Pick<CallStore, 'find'>,
    callIndex: index,
    appointments: { find: async () => undefined },
    recordingsDirectory: '/nowhere',
    madeHere: async () => true,
    replaceFile: async () => undefined,
    clinics: () => [{ id: 'aurora', timeZone: 'America/Fortaleza' }],
    usualModel: 'gpt-realtime-2.1',
    usdBrl: 5,
    clock: createClock(),
  });
  const list = async (query: string) => {
    const answer = await server.inject({ url: `/console/api/calls?${query}` });
    if (answer.statusCode !== 200) throw new Error(`${query}: ${answer.statusCode}`);
  };
  const cursor = (await server.inject({ url: '/console/api/calls' })).json().nextBefore;
  const plain = plainTexts();
  const spreads = await spreadsOf({
    firstPageMs: () => list(''),
    nextPageMs: () => list(`before=${encodeURIComponent(cursor)}`),
    filteredMs: () => list('outcome=appointment&direction=outbound&from=2026-05-01&to=2026-05-31'),
    rareWordMs: () => list(`text=${rareWord}`),
    commonWordMs: () => list(`text=${commonWord}`),
    prefixMs: () => list('text=con'),
    threeWordsMs: () => list(`text=${rareWord}+${commonWord}+de`),
    numberMs: () => list('text=99912'),
    nothingMs: () => list('text=inexistente'),
    scanMs: () => scan(plain, [rareWord, commonWord, 'de']),
  });
  const ratio = Math.round((1_000 * spreads.threeWordsMs.p50) / spreads.scanMs.p50) / 1_000;
  const perCallUs = Math.round(indexUs / manyCalls);
  const size = { calls: manyCalls, memory, perCallUs };
  return { bench: 'recordings-search', ...size, ...spreads, ratio, load: loadNow() };
}

/** What a list without an index would look through: it would need all texts in memory, too. */
function plainTexts(): { gist: CallGist; text: string }[] {
  const fold = (text: string) => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
  return [...callsOfClinic()].map((call) => ({
    gist: gistOf(call),
    text: fold(searchTextOf(call)),
  }));
}

function scan(plain: readonly { gist: CallGist; text: string }[], words: readonly string[]) {
  const found = plain.filter(({ text }) => words.every((word) => text.includes(word)));
  return found.sort((a, b) => (a.gist.startedAt < b.gist.startedAt ? 1 : -1)).slice(0, 50);
}

function memoryMb(): number {
  (globalThis as { gc?: () => void }).gc?.();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return (heapUsed + arrayBuffers) / 1_000_000;
}

console.log(JSON.stringify(await measure()));
