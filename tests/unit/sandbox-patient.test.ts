import { describe, expect, it } from 'vitest';
import { createClock } from '../../src/platform/clock.ts';
import { createLog } from '../../src/platform/log.ts';
import { isAudible, makeNoise } from '../../src/sandbox/hearing.ts';
import { createPatient, type PatientLine } from '../../src/sandbox/patient.ts';
import { bookingScript, type PatientScript } from '../../src/sandbox/patient-scripts.ts';
import {
  findDay,
  findEmail,
  findName,
  findPhone,
  findTime,
} from '../../src/sandbox/portuguese-slots.ts';

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

describe('the booking script', () => {
  it('says what the sandbox receptionist can understand, and interrupts once', () => {
    const lines = bookingScript.flatMap((step) => ('say' in step ? [step.say] : []));
    const [, name = '', moment = '', phone = '', email = ''] = lines;
    expect(findName(name)).toBe('Marina Duarte Lima');
    expect(findDay(moment, '2026-11-21')).toBe('2026-11-26');
    expect(findTime(moment)).toBe('10:00');
    expect(findPhone(phone)).toBe('+5588999991234');
    expect(findEmail(email)).toBe('marina.duarte@exemplo.com.br');
    expect(bookingScript.filter((step) => 'interruptAfterMs' in step).length).toBe(1);
  });
});
