import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type CallRecord, emptyUsage, type TranscriptLine } from '../../src/call/call-record.ts';

/** A clinic of 200 calls a day has so many in eight months. */
export const manyCalls = 50_000;

const alphabet = 'abcdefghijklmnopqrstuvwxyz234567';
/** Different words people use, the frequent ones first. */
const vocabulary = 20_000;
const linesOfCall = 30;
const wordsOfLine = 12;
const firstCallMs = Date.parse('2026-03-01T11:00:00Z');
const betweenCallsMs = 400_000;

/** One of a kind: 1 call in a thousand has it. */
export const rareWord = 'jabuticabeira';
/** In every call. */
export const commonWord = 'consulta';

/** The same calls at every run: numbers of a linear congruence, words by Zipf's law, as in any language. */
export function* callsOfClinic(count = manyCalls): Iterable<CallRecord> {
  const random = randomFrom(20_261_121);
  const words = realWords(random);
  for (let at = 0; at < count; at += 1) {
    yield callOf(at, random, words);
  }
}

function callOf(at: number, random: () => number, words: readonly string[]): CallRecord {
  const id = Array.from({ length: 26 }, () => alphabet[Math.floor(random() * 32)]).join('');
  const transcript = Array.from({ length: linesOfCall }, (_, line): TranscriptLine => {
    const said = Array.from({ length: wordsOfLine }, () => zipfWord(random, words));
    if (line === 1) said.push(commonWord);
    if (line === 2 && at % 1_000 === 7) said.push(rareWord);
    const speaker = line % 2 === 0 ? 'agent' : 'caller';
    return { speaker, text: `${said.join(' ')}.`, startMs: line * 5_000, source: 'speech' };
  });
  const name = `${zipfWord(random, words)} ${zipfWord(random, words)} ${zipfWord(random, words)}`;
  return {
    schemaVersion: 1,
    id,
    callSid: `CA${String(at).padStart(32, '0')}`,
    streamSid: `MZ${String(at).padStart(32, '0')}`,
    clinic: at % 10 === 0 ? 'outra' : 'aurora',
    direction: at % 7 === 0 ? 'outbound' : 'inbound',
    from: `+55889${String(Math.floor(random() * 100_000_000)).padStart(8, '0')}`,
    to: '+558835430000',
    startedAt: new Date(firstCallMs + at * betweenCallsMs).toISOString(),
    durationMs: linesOfCall * 5_000,
    state: 'ended',
    ending: 'agent-goodbye',
    outcome: at % 3 === 0 ? 'appointment' : 'no-appointment',
    recording: { file: `${at}.wav`, durationMs: linesOfCall * 5_000, complete: true },
    transcript,
    tools: Array.from({ length: 6 }, (_, tool) => ({
      name: tool === 3 ? 'review_appointment' : 'find_slots',
      atMs: tool * 20_000,
      durationMs: 12,
      outcome: 'ok' as const,
      arguments: tool === 3 ? { patient_name: name } : { service: 'consulta' },
      output: '{"ok":true,"message":"Temos estes horários livres na semana que vem."}',
    })),
    appointments: at % 3 === 0 ? [id] : [],
    cancelled: [],
    requests: [],
    brokenPromises: [],
    emergencies: [],
    protocol: String(10_000_000 + at),
    summary: `Protocolo do atendimento: ${10_000_000 + at}.\nQuem: «${name}».`,
    model: 'gpt-realtime-2.1',
    usage: { ...emptyUsage(), inputTokens: 30_000, inputAudioTokens: 30_000 },
    latencies: { firstAudioMs: 700 + (at % 400), replyMs: [700, 800], bargeInMs: [12] },
    bargeIns: { resumed: 0, cut: 1 },
    modelReconnects: 0,
  };
}

/** Words of the product's own Portuguese first, then made-up ones. */
function realWords(random: () => number): string[] {
  const text = readFileSync(join(import.meta.dirname, '../../clinics/aurora.yaml'), 'utf8');
  const words = new Set(text.toLowerCase().match(/\p{L}{2,}/gu));
  for (const word of [commonWord, rareWord]) words.delete(word);
  while (words.size < vocabulary) words.add(madeUp(random));
  return [...words].slice(0, vocabulary);
}

const syllables = 'ba ca da fe ga la ma na pa ra sa ta va xi nho lhe ção bre tri quo'.split(' ');

function madeUp(random: () => number): string {
  const length = 2 + Math.floor(random() * 4);
  return Array.from({ length }, () => syllables[Math.floor(random() * syllables.length)]).join('');
}

function zipfWord(random: () => number, words: readonly string[]): string {
  return words[Math.floor(words.length ** random()) - 1] ?? 'e';
}

function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 4_294_967_296;
  };
}
