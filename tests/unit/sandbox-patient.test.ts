import { describe, expect, it, vi } from 'vitest';
import { createClock } from '../../src/platform/clock.ts';
import { createLog } from '../../src/platform/log.ts';
import { isAudible, makeNoise } from '../../src/sandbox/hearing.ts';
import { createPatient, type PatientLine } from '../../src/sandbox/patient.ts';
import * as scripts from '../../src/sandbox/patient-scripts.ts';
import { answer } from '../../src/sandbox/receptionist.ts';
import { clockAt, shippedClinic } from '../support/agent-fixtures.ts';
import { type DirectReception, directReception } from '../support/direct-desk.ts';

type PatientScript = scripts.PatientScript;

const loud = Buffer.alloc(160, 0x10);
const quiet = Buffer.alloc(160, 0xff);
const log = createLog('silent');

interface Utterance {
  text: string;
  atMs: number;
}

/** A telephone whose time and sound are passed in, 20 ms at a time. A said line lasts as long as its audio. */
class Telephone implements PatientLine {
  readonly sid = 'CA00000000000000000000000000000001';
  readonly said: Utterance[] = [];
  readonly pressed: string[] = [];
  readonly taught = new Map<string, Buffer>();
  readonly ended: Promise<string>;
  hungUp = false;
  #now = 0;
  #listener: ((frame: Buffer, atMs: number) => void) | undefined;
  #speaking: { untilMs: number; done: () => void } | undefined;
  #end: (by: string) => void = () => undefined;

  constructor() {
    this.ended = new Promise((settle) => {
      this.#end = settle;
    });
  }

  nowMs = () => this.#now;
  monotonicMs = () => this.#now;
  wallMs = () => this.#now;

  say(ulaw: Buffer): Promise<void> {
    const text = [...this.taught].find(([, audio]) => audio === ulaw)?.[0] ?? '(noise)';
    this.said.push({ text, atMs: this.#now });
    return new Promise((done) => {
      this.#speaking = { untilMs: this.#now + ulaw.length / 8, done };
    });
  }

  async pressKeys(keys: string): Promise<void> {
    this.pressed.push(keys);
  }

  onHeard(listener: (frame: Buffer, atMs: number) => void): () => void {
    this.#listener = listener;
    return () => {
      this.#listener = undefined;
    };
  }

  async hangUp(): Promise<void> {
    this.hungUp = true;
    this.end('caller');
  }

  end(by: string): void {
    this.#end(by);
    this.#speaking?.done();
  }

  /** Lets the agent be heard (or not) for this long. */
  async hear(frame: Buffer, ms: number): Promise<void> {
    for (const until = this.#now + ms; this.#now < until; ) {
      this.#now += 20;
      this.#listener?.(frame, this.#now - 20);
      if (this.#speaking && this.#now >= this.#speaking.untilMs) {
        this.#speaking.done();
        this.#speaking = undefined;
      }
      await new Promise((done) => setImmediate(done));
    }
  }
}

/** Each character lasts 20 ms. */
const synthesiser = {
  speak: async (text: string, voice: 'patient') => Buffer.alloc(text.length * 160, voice.length),
};

async function setUp(script: PatientScript) {
  const telephone = new Telephone();
  const patient = createPatient({
    call: telephone,
    synthesiser,
    phrasebook: { learn: (text, ulaw) => telephone.taught.set(text, ulaw) },
    script,
    clock: telephone,
    log,
  });
  await telephone.hear(quiet, 100);
  return { telephone, patient };
}

describe('a sandbox patient', () => {
  it('lets the agent finish: pauses inside a sentence are not the end of a turn', async () => {
    const { telephone } = await setUp([{ say: 'Boa tarde.' }]);
    await telephone.hear(loud, 1_000);
    await telephone.hear(quiet, 260);
    await telephone.hear(loud, 1_000);
    await telephone.hear(quiet, 640);
    expect(telephone.said).toEqual([]);
    await telephone.hear(quiet, 200);
    expect(telephone.said).toEqual([{ text: 'Boa tarde.', atMs: 100 + 2_260 + 700 }]);
  });

  it('says each line once, waits for an answer to each, and teaches them before the first', async () => {
    const { telephone, patient } = await setUp([{ say: 'Oi.' }, { say: 'Marina.' }]);
    expect([...telephone.taught.keys()]).toEqual(['Oi.', 'Marina.']);
    await telephone.hear(loud, 500);
    await telephone.hear(quiet, 5_000);
    expect(telephone.said.map(({ text }) => text)).toEqual(['Oi.']);
    await telephone.hear(loud, 500);
    await telephone.hear(quiet, 1_500);
    expect(telephone.said.map(({ text }) => text)).toEqual(['Oi.', 'Marina.']);
    expect(patient.deeds.map(({ overAgent, endMs, atMs }) => [overAgent, endMs - atMs])).toEqual([
      [false, 60],
      [false, 140],
    ]);
    telephone.end('rest');
    expect((await patient.done).outcome).toBe('agent-ended');
  });

  it('interrupts as long into the agent’s turn as the script says', async () => {
    const { telephone, patient } = await setUp([{ say: 'Espere!', interruptAfterMs: 800 }]);
    await telephone.hear(quiet, 1_000);
    await telephone.hear(loud, 3_000);
    expect(telephone.said).toEqual([{ text: 'Espere!', atMs: 100 + 1_000 + 800 }]);
    expect(patient.deeds[0]?.overAgent).toBe(true);
    telephone.end('rest');
    await patient.done;
  });

  it('when the agent finished before the moment of interrupting, the line is said in its turn', async () => {
    const { telephone, patient } = await setUp([{ say: 'Sim.', interruptAfterMs: 4_000 }]);
    await telephone.hear(loud, 400);
    await telephone.hear(quiet, 800);
    expect(telephone.said).toEqual([{ text: 'Sim.', atMs: 100 + 400 + 700 }]);
    expect(patient.deeds[0]?.overAgent).toBe(false);
    telephone.end('rest');
    await patient.done;
  });

  it('a cough comes over the agent and does not count as an answer', async () => {
    const { telephone, patient } = await setUp([{ cough: 300 }, { say: 'Sim.' }]);
    await telephone.hear(loud, 2_500);
    expect(telephone.said).toEqual([{ text: '(noise)', atMs: 1_100 }]);
    await telephone.hear(quiet, 800);
    expect(telephone.said.map(({ text }) => text)).toEqual(['(noise)', 'Sim.']);
    telephone.end('rest');
    await patient.done;
  });

  it('says what is only known when it is asked for, and teaches it then', async () => {
    let code = 'nobody knows yet';
    const { telephone, patient } = await setUp([{ say: 'Oi.' }, { say: () => code }]);
    await telephone.hear(loud, 500);
    await telephone.hear(quiet, 900);
    expect([...telephone.taught.keys()]).toEqual(['Oi.']);
    code = 'Um, dois.';
    await telephone.hear(loud, 500);
    await telephone.hear(quiet, 900);
    expect(telephone.said.map(({ text }) => text)).toEqual(['Oi.', 'Um, dois.']);
    telephone.end('rest');
    expect((await patient.done).outcome).toBe('agent-ended');
  });

  it('presses keys in its turn', async () => {
    const { telephone, patient } = await setUp([{ keys: '88999991234#' }]);
    await telephone.hear(loud, 500);
    expect(telephone.pressed).toEqual([]);
    await telephone.hear(quiet, 800);
    expect(telephone.pressed).toEqual(['88999991234#']);
    telephone.end('rest');
    await patient.done;
  });

  it('hangs up in the middle of a sentence when the script says so', async () => {
    const { telephone, patient } = await setUp([{ hangUp: true, interruptAfterMs: 300 }]);
    await telephone.hear(loud, 280);
    expect(telephone.hungUp).toBe(false);
    await telephone.hear(loud, 40);
    expect((await patient.done).outcome).toBe('hung-up');
  });

  it('a call that ends before the script does is reported as cut off', async () => {
    const { telephone, patient } = await setUp([{ say: 'Oi.' }, { say: 'Marina.' }]);
    await telephone.hear(loud, 500);
    await telephone.hear(quiet, 1_000);
    telephone.end('server');
    const report = await patient.done;
    expect(report.outcome).toBe('cut-off');
    expect(report.deeds.length).toBe(1);
  });

  it('an agent that is never heard is given up after half a minute', async () => {
    const { telephone, patient } = await setUp([{ say: 'Oi.' }]);
    await telephone.hear(quiet, 29_800);
    expect(telephone.hungUp).toBe(false);
    await telephone.hear(quiet, 400);
    expect(telephone.hungUp).toBe(true);
    expect((await patient.done).outcome).toBe('agent-silent');
  });

  it('a voice that cannot be made is an error, not a silent patient', async () => {
    const telephone = new Telephone();
    const patient = createPatient({
      call: telephone,
      synthesiser: { speak: () => Promise.reject(new Error('no voice')) },
      phrasebook: { learn: () => undefined },
      script: [{ say: 'Oi.' }],
      clock: createClock(),
      log,
    });
    await expect(patient.done).rejects.toThrow('no voice');
  });
});

describe('what a person notices', () => {
  it('speech and coughs, but not silence or line noise', () => {
    expect(isAudible(quiet)).toBe(false);
    expect(isAudible(Buffer.alloc(160, 0x7f))).toBe(false);
    expect(
      isAudible(Buffer.from(Array.from({ length: 160 }, (_, i) => (i % 2 ? 0xf0 : 0x72)))),
    ).toBe(false);
    expect(isAudible(loud)).toBe(true);
    expect(isAudible(Buffer.concat([quiet.subarray(0, 140), loud.subarray(0, 20)]))).toBe(true);
    const cough = makeNoise(300);
    expect(cough.length).toBe(2_400);
    for (let at = 0; at < cough.length; at += 160)
      expect(isAudible(cough.subarray(at, at + 160))).toBe(true);
  });
});

/** A script as text, at the front desk of the shipped clinic. @returns what was done, and whether all was said */
async function attend(desk: DirectReception, script: PatientScript, from: string) {
  const conversation = desk.begin({ callerE164: from });
  const context = {
    instructions: 'Você é Lia, assistente virtual da Clínica Aurora.',
    tools: conversation.desk.tools.map(({ definition }) => definition),
  };
  const lines: Parameters<typeof answer>[0][number][] = [
    { kind: 'agent', text: 'Com quem eu falo e como posso ajudar?', cut: false },
  ];
  let isOver = false;
  let broken = '';
  let unsaid = 0;
  for (const step of script) {
    if (!('say' in step)) continue;
    if (isOver) unsaid += 1;
    const text = typeof step.say === 'string' ? step.say : await step.say();
    conversation.callerSpeaks();
    lines.push({ kind: 'caller', text });
    for (let calls = 0; calls < 8 && !isOver; calls++) {
      const { call, say } = answer(lines, context);
      if (say) {
        lines.push({ kind: 'agent', text: say, cut: false });
        broken ||= conversation.desk.watch.agentSaid(say)?.claim ?? '';
        conversation.desk.watch.agentHeard({ text: say, wholeHeard: true, endMs: 1_000 });
      }
      if (!call) break;
      const callId = `c${lines.length}`;
      lines.push({ kind: 'tool-call', callId, name: call.name });
      const output = await conversation.use(call.name, call.arguments);
      lines.push({ kind: 'tool-output', callId, output: JSON.stringify(output) });
      isOver = call.name === 'end_call' && output.ok;
    }
  }
  return { effects: conversation.effects.map(({ type }) => type), isOver, unsaid, broken };
}

const own = scripts.bookingCallerE164;
const strange = '+5588911112222';
const booked = ['appointment-booked', 'end-call'];
/** Today is another day of the week, a minute before midnight, a holiday’s eve. */
const days = [
  '2026-11-21T10:00:00-03:00',
  '2026-11-22T09:00:00-03:00',
  '2026-11-24T11:30:00-03:00',
  '2026-12-24T23:59:00-03:00',
];

describe.each(days)('on %s, said to the clinic’s front desk', (now) => {
  it.each<[string, PatientScript, string[]]>([
    ['the booking', scripts.bookingScript, booked],
    ['an exam with preparation', scripts.examScript, booked],
    ['an exam of many kinds', scripts.ultrasoundScript, booked],
    ['cash with change', scripts.cashScript, booked],
    ['PIX', scripts.pixScript, booked],
    ['a card', scripts.cardScript, booked],
    ['two people', scripts.twoPeopleScript, ['appointment-booked', ...booked]],
    ['two services', scripts.twoServicesScript, booked],
    ['somebody unknown', scripts.unlistedProfessionalScript, ['end-call']],
    ['a specialty called an exam', scripts.specialtyAsExamScript, booked],
    ['a correction', scripts.correctionScript, booked],
    ['results', scripts.resultsScript, ['request-recorded', 'end-call']],
    ['a message', scripts.messageScript, ['request-recorded', 'end-call']],
    ['the waiting list', scripts.waitingListScript, ['request-recorded', 'end-call']],
  ])('the script of %s reaches its end, and nothing untrue is said', async (_, script, effects) => {
    const desk = directReception({ clinic: await shippedClinic('aurora'), clock: clockAt(now) });
    const told = await attend(desk, script, own);
    expect(told).toEqual({ effects, isOver: true, unsaid: 0, broken: '' });
  });

  it.each<[string, (desk: DirectReception) => PatientScript, string, string[]]>([
    ['cancelling', () => scripts.cancelScript, own, ['appointment-cancelled', 'end-call']],
    ['moving', () => scripts.rescheduleScript, own, ['appointment-rescheduled', 'end-call']],
    [
      'cancelling with a code',
      (desk) => scripts.cancelWithCodeScript(() => codeSent(desk)),
      strange,
      ['appointment-cancelled', 'end-call'],
    ],
    ['a wrong identity', () => scripts.wrongIdentityScript, strange, ['end-call']],
  ])('after a booking, the script of %s reaches its end', async (_, script, from, effects) => {
    const desk = directReception({ clinic: await shippedClinic('aurora'), clock: clockAt(now) });
    await attend(desk, scripts.bookingScript, own);
    const told = await attend(desk, script(desk), from);
    expect(told).toEqual({ effects, isOver: true, unsaid: 0, broken: '' });
  });
});

/** The code in the text that came; it is sent a moment after the answer. */
async function codeSent({ sent }: DirectReception): Promise<string> {
  await vi.waitUntil(() => sent.length > 0);
  return /\d{3} \d{3}/.exec(sent.at(-1)?.text ?? '')?.[0] ?? '';
}

it('the booking script interrupts once, before anything is booked', () => {
  const { bookingScript } = scripts;
  const cutsIn = bookingScript.findIndex((step) => 'interruptAfterMs' in step);
  expect(bookingScript.filter((step) => 'interruptAfterMs' in step)).toHaveLength(1);
  expect(cutsIn).toBe(bookingScript.length - 2);
});
