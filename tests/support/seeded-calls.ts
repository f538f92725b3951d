import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pcm16ToMuLaw } from '../../src/audio/g711.ts';
import { interleave, stereoMuLawHeader } from '../../src/audio/wav.ts';
import { type CallRecord, callFileStem, type TranscriptLine } from '../../src/call/call-record.ts';
import { createId } from '../../src/platform/id.ts';
import { createLog } from '../../src/platform/log.ts';
import { openFileAppointmentStore } from '../../src/storage/file-appointment-store.ts';
import { openFileCallStore } from '../../src/storage/file-call-store.ts';
import { appointment } from './agent-fixtures.ts';
import { callRecord } from './call-record.ts';

/** What the files of a clinic hold that has worked for a while; ids for the tests. */
export interface SeededCalls {
  /** Recorded today, with an appointment agreed at `agreedMs`. */
  booked: CallRecord;
  agreedMs: number;
  /** Recorded a month ago. */
  old: CallRecord;
  /** The caller did not want to be recorded. */
  refused: CallRecord;
  /** Whose caller spelled markup. */
  hostile: CallRecord;
}

export const hostileName = '<script>alert(1)</script>';
export const hostileLine = '"><img src=x onerror=alert(1)> {{7*7}} javascript:alert(1)';

const clinic = 'aurora';
const dayMs = 86_400_000;
export const recordedMs = 60_000;

/** Call records, two recordings and an appointment, as files, before a server starts there. */
export async function seedCalls(directory: string, nowMs = Date.now()): Promise<SeededCalls> {
  const recordings = join(directory, 'recordings');
  const visits = join(directory, 'appointments');
  for (const path of [recordings, visits]) await mkdir(path, { recursive: true });
  const ago = (ms: number) => new Date(nowMs - ms).toISOString();
  const agreedMs = 38_500;
  const visitId = createId();
  const booked = recorded({
    startedAt: ago(3_600_000),
    from: '+5588999990001',
    transcript: bookingLines,
    tools: bookingTools,
    appointments: [visitId],
    protocol: '81726354',
    summary:
      'Protocolo do atendimento: 81726354.\nQuem: «Marina Alves».\nMarcado: ultrassonografia de tireoide com a Dra. Lúcia.',
    latencies: { firstAudioMs: 640, replyMs: [710, 820, 930], bargeInMs: [12] },
    bargeIns: { cut: 1, resumed: 0 },
    usage: usageOf(9_000, 2_400),
  });
  const old = recorded({ startedAt: ago(30 * dayMs), from: '+5588988887777' });
  const { recording: _, ...unrecorded } = recorded({ startedAt: ago(2 * dayMs) });
  const refused: CallRecord = {
    ...unrecorded,
    outcome: 'request',
    protocol: '55512345',
    summary: 'Protocolo do atendimento: 55512345.\nRecado: pediu que liguem de volta.',
    consent: { policy: 'question', answer: 'no', wordingVersion: '1', atMs: 6_000 },
  };
  const hostile = recorded({
    startedAt: ago(7_200_000),
    outcome: 'abandoned',
    ending: 'caller-hung-up',
    summary: `Quem: «${hostileName}».`,
    transcript: [spoken('caller', hostileLine, 500), spoken('agent', hostileName, 4_000)],
    tools: [tool('review_appointment', 3_000, { patient_name: hostileName })],
    emergencies: [{ atMs: 2_000, kind: 'heart' }],
  });
  const store = await openFileCallStore({ directory: recordings, log: createLog('silent') });
  const others = Array.from({ length: 60 }, (_, at) => ordinary(at, ago(at * 8 * 3_600_000 + 9e6)));
  for (const call of [booked, old, refused, hostile, ...others]) await store.save(call);
  for (const call of [booked, old, hostile])
    await writeFile(join(recordings, call.recording?.file ?? ''), talkWav());
  const appointments = await openFileAppointmentStore({
    directory: visits,
    log: createLog('silent'),
  });
  await appointments.save(
    appointment({
      id: visitId,
      clinic,
      status: 'fulfilled',
      callId: booked.id,
      clientName: 'Marina Alves',
      patient: { ...appointment().patient, name: 'Marina Alves' },
      evidence: { callId: booked.id, recordingMs: agreedMs, readBackMs: 44_000 },
    }),
  );
  return { booked, agreedMs, old, refused, hostile };
}

function recorded(parts: Partial<CallRecord> & { startedAt: string }): CallRecord {
  const call = callRecord({ clinic, durationMs: recordedMs, model: 'gpt-realtime-2.1', ...parts });
  const file = `${callFileStem(call.startedAt, call.callSid)}.wav`;
  return { ...call, recording: { file, durationMs: recordedMs, complete: true } };
}

function ordinary(at: number, startedAt: string): CallRecord {
  const outcomes = ['appointment', 'no-appointment', 'request', 'transfer', 'abandoned'] as const;
  const outcome = outcomes[at % outcomes.length] ?? 'failed';
  return callRecord({
    clinic,
    startedAt,
    durationMs: 40_000 + at * 3_700,
    outcome,
    direction: at % 9 === 0 ? 'outbound' : 'inbound',
    from: `+55889${String(81_000_000 + at * 7_919)}`,
    to: at % 9 === 0 ? `+55889${String(81_000_000 + at * 7_919)}` : '+558835430000',
    appointments: outcome === 'appointment' ? ['x'] : [],
    ...(outcome === 'transfer'
      ? { transfer: { destination: 'recepcao', outcome: 'answered' as const, atMs: 20_000 } }
      : {}),
    model: 'gpt-realtime-2.1',
    latencies: { firstAudioMs: 500 + ((at * 137) % 700), replyMs: [700], bargeInMs: [] },
    bargeIns: { cut: at % 3, resumed: 0 },
    usage: usageOf(6_000 + at * 40, 1_500 + at * 10),
    tools: [tool('review_appointment', 9_000, { patient_name: people[at % people.length] })],
  });
}

const people = ['José Pereira', 'Antônia Sousa', 'Célia Nunes', 'Raimundo Lima', 'Júlia D’Ávila'];

function usageOf(heard: number, said: number): CallRecord['usage'] {
  return {
    ...callRecord().usage,
    inputTokens: heard + 4_000,
    inputTextTokens: 4_000,
    cachedTextTokens: 3_000,
    inputAudioTokens: heard,
    cachedAudioTokens: Math.round(heard / 2),
    outputTokens: said,
    outputAudioTokens: said,
  };
}

function spoken(
  speaker: TranscriptLine['speaker'],
  text: string,
  startMs: number,
  more: Partial<TranscriptLine> = {},
): TranscriptLine {
  return { speaker, text, startMs, endMs: startMs + 3_000, source: 'speech', ...more };
}

function tool(name: string, atMs: number, given: object): CallRecord['tools'][number] {
  const output = JSON.stringify({ ok: true, message: 'Feito.' });
  return { name, atMs, durationMs: 14, outcome: 'ok', arguments: given, output };
}

const bookingLines = [
  spoken('agent', 'Clínica Aurora, bom dia! Em que posso ajudar?', 300),
  spoken('caller', 'Bom dia, eu queria marcar uma ultrassonografia de tireoide.', 5_000),
  spoken('agent', 'Claro! A Dra. Lúcia atende na quinta-feira,', 10_500, {
    interrupted: true,
    unheardText: 'às nove ou às dez e meia da manhã.',
  }),
  spoken('caller', 'Quinta eu não posso, tem na sexta?', 14_000),
  spoken('agent', 'Tenho sexta-feira às oito e quarenta. Pode ser?', 20_000),
  spoken('caller', 'Pode sim. Meu nome é Marina Alves.', 26_000),
  spoken('agent', 'Então fica sexta-feira, oito e quarenta, tireoide. Confirmo?', 32_000),
  spoken('caller', 'Confirmo, obrigada!', 38_000),
  spoken(
    'agent',
    'Marcado. Seu protocolo é oito, um, sete, dois, seis, três, cinco, quatro.',
    42_000,
  ),
  spoken('caller', 'Anotei. Tchau!', 52_000),
];

const bookingTools = [
  tool('find_slots', 10_000, { service: 'ultrassonografia de tireoide', wish: 'o quanto antes' }),
  tool('review_appointment', 31_000, { patient_name: 'Marina Alves', cpf: '52998224725' }),
  tool('confirm_appointment', 39_000, {}),
];

/** The two take turns of 4 s, each with a tone of their own that swells like words do. */
function talkWav(): Buffer {
  const samples = 8 * recordedMs;
  const side = (hertz: number, turn: number) =>
    pcm16ToMuLaw(
      Int16Array.from({ length: samples }, (_, at) => {
        if (Math.floor(at / 32_000) % 2 !== turn) return 0;
        const swell = 0.25 + 0.75 * Math.abs(Math.sin(at / 1_900) * Math.sin(at / 7_300));
        return 14_000 * swell * Math.sin((2 * Math.PI * hertz * at) / 8_000);
      }),
    );
  const audio = interleave(side(220, 1), side(330, 0));
  return Buffer.concat([stereoMuLawHeader(audio.length), audio]);
}
