import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import { isAudible, makeNoise } from './hearing.ts';
import { frameMs } from './mouth.ts';
import type { PatientScript, PatientStep } from './patient-scripts.ts';

/** The agent has finished when this much silence was heard; inside a sentence it may pause for some 250 ms. */
const endOfTurnMs = 700;
/** An agent that is not heard at all for this long, in ms, is given up. */
const agentSilenceMs = 30_000;
/** After the last line the agent has this long, in ms, to end the call. */
const farewellMs = 30_000;
/** How far into the agent's turn a cough comes, in ms. */
const usualCoughMs = 1_000;

/** The telephone in the patient's hand. */
export interface PatientLine {
  readonly sid: string;
  readonly ended: Promise<unknown>;
  nowMs(): number;
  say(ulaw: Buffer): Promise<void>;
  pressKeys(keys: string): Promise<void>;
  onHeard(listener: (frame: Buffer, atMs: number) => void): () => void;
  hangUp(): Promise<unknown>;
}

export interface PatientOptions {
  call: PatientLine;
  synthesiser: { speak(text: string, voice: 'patient'): Promise<Buffer> };
  /** Told what each line sounds like before it is said, since nobody here can recognise speech. */
  phrasebook: { learn(text: string, ulaw: Buffer): void };
  script: PatientScript;
  clock: Clock;
  log: Log;
}

/** One thing the patient did; times are ms since the stream began. */
export interface PatientDeed {
  step: PatientStep;
  atMs: number;
  endMs: number;
  /** It began while the agent was being heard. */
  overAgent: boolean;
}

export interface PatientReport {
  deeds: readonly PatientDeed[];
  /**
   * `agent-ended`: the call ended after the last step · `cut-off`: it ended before that · `hung-up`: by script, or after
   * waiting for the agent's goodbye · `agent-silent`: hung up because nobody spoke.
   */
  outcome: 'agent-ended' | 'cut-off' | 'hung-up' | 'agent-silent';
}

export interface Patient {
  readonly deeds: readonly PatientDeed[];
  readonly done: Promise<PatientReport>;
}

/** A sandbox person who follows a script politely, except where it says to interrupt. Starts at once. */
export function createPatient(options: PatientOptions): Patient {
  const deeds: PatientDeed[] = [];
  return { deeds, done: follow(options, deeds) };
}

async function follow(options: PatientOptions, deeds: PatientDeed[]): Promise<PatientReport> {
  const { call, clock, log } = options;
  const ear = new Ear(call, clock);
  let isOver = false;
  void call.ended.then(() => {
    isOver = true;
    ear.close();
  });
  try {
    const outcome = await takeSteps(options, ear, deeds, () => isOver);
    log.info({ callSid: call.sid, outcome, deeds: deeds.length }, 'Sandbox patient is done');
    return { deeds, outcome };
  } finally {
    ear.close();
  }
}

async function takeSteps(
  options: PatientOptions,
  ear: Ear,
  deeds: PatientDeed[],
  isOver: () => boolean,
): Promise<PatientReport['outcome']> {
  const { call, script } = options;
  const voices = await learnLines(options);
  for (const [index, step] of script.entries()) {
    const heard = await ear.waitFor(momentOf(step), agentSilenceMs);
    if (isOver()) return 'cut-off';
    if (!heard) return leave(call, 'agent-silent');
    const atMs = call.nowMs();
    const overAgent = ear.hearsAgent;
    const deed: PatientDeed = { step, atMs, endMs: atMs, overAgent };
    deeds.push(deed);
    if ('hangUp' in step) return leave(call, 'hung-up');
    await act(options, step, voices[index]);
    deed.endMs = call.nowMs();
    if (!('cough' in step)) ear.forget();
    if (isOver()) return index === script.length - 1 ? 'agent-ended' : 'cut-off';
  }
  const ended = await within(call.ended, farewellMs);
  return ended ? 'agent-ended' : leave(call, 'hung-up');
}

async function leave<T>(call: PatientLine, outcome: T): Promise<T> {
  await call.hangUp();
  return outcome;
}

async function act(
  options: PatientOptions,
  step: PatientStep,
  voice: Buffer | undefined,
): Promise<void> {
  const { call } = options;
  if ('keys' in step) await call.pressKeys(step.keys);
  else if ('say' in step && typeof step.say !== 'string')
    await call.say(await learnLine(options, await step.say()));
  else await call.say(voice ?? Buffer.alloc(0));
}

/** The sound of each step, in order. What is only known when it is said has none yet. */
async function learnLines(options: PatientOptions): Promise<(Buffer | undefined)[]> {
  const sounds: (Buffer | undefined)[] = [];
  for (const step of options.script) {
    if ('cough' in step) sounds.push(makeNoise(step.cough));
    else if ('say' in step && typeof step.say === 'string')
      sounds.push(await learnLine(options, step.say));
    else sounds.push(undefined);
  }
  return sounds;
}

/** Lines are taught to the phrasebook; a noise has no words to teach. */
async function learnLine(
  { phrasebook, synthesiser }: PatientOptions,
  text: string,
): Promise<Buffer> {
  const ulaw = await synthesiser.speak(text, 'patient');
  phrasebook.learn(text, ulaw);
  return ulaw;
}

/** How long into the agent's turn; without it, after the agent's turn. */
function momentOf(step: PatientStep): number | undefined {
  if ('cough' in step) return step.afterMs ?? usualCoughMs;
  return 'interruptAfterMs' in step ? step.interruptAfterMs : undefined;
}

/** Follows the agent's turns by what is heard: a turn begins with sound and ends with 700 ms of silence. */
class Ear {
  readonly #clock: Clock;
  readonly #stopListening: () => void;
  #turnMs: number | undefined;
  #silentMs = 0;
  #lastFrameAtMs: number;
  #isClosed = false;
  #check: () => void = () => undefined;

  constructor(call: PatientLine, clock: Clock) {
    this.#clock = clock;
    this.#lastFrameAtMs = clock.monotonicMs();
    this.#stopListening = call.onHeard((frame) => this.#hear(frame));
  }

  get hearsAgent(): boolean {
    return this.#turnMs !== undefined && this.#silentMs < endOfTurnMs;
  }

  /** The agent's turn so far was answered: wait for a new one. */
  forget(): void {
    this.#turnMs = undefined;
  }

  close(): void {
    this.#isClosed = true;
    this.#stopListening();
    this.#check();
  }

  /** Resolves with false when no agent was heard for `patienceMs`, or the call is over. */
  waitFor(intoTurnMs: number | undefined, patienceMs: number): Promise<boolean> {
    this.#lastFrameAtMs = this.#clock.monotonicMs();
    return new Promise((settle) => {
      const timer = setInterval(() => this.#check(), 1_000);
      this.#check = () => {
        const silentFor = this.#clock.monotonicMs() - this.#lastFrameAtMs;
        const isMoment = !this.#isClosed && this.#isMoment(intoTurnMs);
        if (!isMoment && !this.#isClosed && silentFor < patienceMs) return;
        clearInterval(timer);
        this.#check = () => undefined;
        settle(isMoment);
      };
      this.#check();
    });
  }

  #isMoment(intoTurnMs: number | undefined): boolean {
    if (this.#turnMs === undefined) return false;
    if (intoTurnMs !== undefined && this.#turnMs >= intoTurnMs) return true;
    return this.#silentMs >= endOfTurnMs;
  }

  #hear(frame: Buffer): void {
    if (isAudible(frame)) {
      this.#turnMs ??= 0;
      this.#silentMs = 0;
      this.#lastFrameAtMs = this.#clock.monotonicMs();
    } else {
      this.#silentMs += frameMs;
    }
    if (this.#turnMs !== undefined) this.#turnMs += frameMs;
    this.#check();
  }
}

async function within(work: Promise<unknown>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<false>((settle) => {
    timer = setTimeout(() => settle(false), ms);
  });
  const inTime = await Promise.race([work.then(() => true), tooLate]);
  clearTimeout(timer);
  return inTime;
}
