import { randomBytes } from 'node:crypto';
import type { Clock } from '../platform/clock.ts';
import { pause } from './pause.ts';
import type { DialVerb, GatherVerb, Verb } from './twiml-reader.ts';
import { readTwimlSource, type TwimlSource } from './twiml-source.ts';

/** How long a telephone rings, and how long two people talk, unless a script says otherwise; ms. */
const usualRingMs = 200;
const usualTalkMs = 1_000;
/** Documents performed with one person: two questions and their answers are six. */
const mostDocuments = 20;

/** What the person called does when asked something: presses keys, says something, or is silent. */
export type LegReply = { digits: string } | { speech: string } | 'silence';

/** What becomes of a number that is dialled. */
export type LegPlay =
  | { rings: 'busy' | 'no-answer' | 'failed'; ringMs?: number }
  | { rings: 'answered'; ringMs?: number; replies?: readonly LegReply[]; talkMs?: number };

export type AnswerLeg = (number: string) => LegPlay;

type DialStatus = 'completed' | 'busy' | 'no-answer' | 'failed' | 'canceled';

interface DialLegParts {
  answerLeg?: AnswerLeg | undefined;
  authToken?: string | undefined;
  clock: Clock;
  /** The fields of every webhook of the call that dials, as they are now. */
  params: () => Record<string, string>;
  /** The caller has hung up. */
  signal: AbortSignal;
  /** Trouble that Twilio would file in its debugger. */
  file: (code: number, reason: string) => void;
}

/** One number dialled by `<Dial>`: it rings, hears the whisper alone, is joined or not; then the action is asked. */
export class DialLeg {
  readonly sid = `CA${randomBytes(16).toString('hex')}`;
  readonly number: string;
  /** What was said to the person before they were joined. */
  readonly told: string[] = [];
  readonly #verb: DialVerb;
  readonly #parts: DialLegParts;
  readonly #play: LegPlay;
  readonly #replies: LegReply[];
  #status: DialStatus | undefined;
  #wasJoined = false;
  #joinedMs = 0;

  constructor(verb: DialVerb, parts: DialLegParts) {
    this.#verb = verb;
    this.#parts = parts;
    this.number = verb.number;
    this.#play = parts.answerLeg?.(verb.number) ?? {
      rings: 'answered',
      replies: [{ digits: '1' }],
    };
    this.#replies = this.#play.rings === 'answered' ? [...(this.#play.replies ?? [])] : [];
  }

  /** Undefined while it goes on. */
  get status(): DialStatus | undefined {
    return this.#status;
  }

  /** The caller and this person could hear each other. */
  get wasJoined(): boolean {
    return this.#wasJoined;
  }

  /** @returns what the caller's call performs next */
  async play(): Promise<Verb[]> {
    this.#status = await this.#dial();
    const { action = '', method } = this.#verb.attributes;
    // Asked even when the caller is gone; nobody hears the answer then.
    const next = await this.#fetch(
      { url: action, method: method === 'GET' ? 'GET' : 'POST' },
      {
        ...this.#parts.params(),
        DialCallSid: this.sid,
        DialCallStatus: this.#status,
        ...(this.#wasJoined
          ? { DialCallDuration: String(Math.round(this.#joinedMs / 1_000)) }
          : {}),
      },
    );
    return next ?? [];
  }

  async #dial(): Promise<DialStatus> {
    const { clock, signal } = this.#parts;
    const timeoutMs = Number(this.#verb.attributes.timeout ?? '30') * 1_000;
    const ringMs = this.#play.ringMs ?? usualRingMs;
    await pause(Math.min(ringMs, timeoutMs), signal);
    if (signal.aborted) return 'canceled';
    if (ringMs > timeoutMs) return 'no-answer';
    if (this.#play.rings !== 'answered') return this.#play.rings;
    // Whoever picked up and was not joined still counts as answered: the carrier says `completed`.
    if (!(await this.#whisper())) return signal.aborted ? 'canceled' : 'completed';
    this.#wasJoined = true;
    const joinedAtMs = clock.monotonicMs();
    await pause(this.#play.talkMs ?? usualTalkMs, signal);
    this.#joinedMs = clock.monotonicMs() - joinedAtMs;
    return 'completed';
  }

  /** @returns whether the person is still there at its end, to be joined */
  async #whisper(): Promise<boolean> {
    const { whisper } = this.#verb;
    if (!whisper) return true;
    let verbs = await this.#fetchForLeg(whisper, {});
    for (let documents = 1; verbs && documents < mostDocuments; documents += 1) {
      const step = await this.#perform(verbs);
      if (step === 'joined' || step === 'hung-up') return step === 'joined';
      verbs = await this.#fetchForLeg(step.gather.action, step.fields);
    }
    return false;
  }

  async #perform(
    verbs: readonly Verb[],
  ): Promise<'joined' | 'hung-up' | { gather: GatherVerb; fields: Record<string, string> }> {
    for (const verb of verbs) {
      if (this.#parts.signal.aborted) return 'hung-up';
      if (verb.verb === 'hangup') return 'hung-up';
      if (verb.verb === 'say') this.told.push(verb.text);
      else if (verb.verb === 'gather') {
        const fields = this.#answer(verb);
        if (fields) return { gather: verb, fields };
      } else {
        this.#parts.file(13224, `<${verb.verb}> cannot be performed before the two are joined`);
        return 'hung-up';
      }
    }
    return 'joined';
  }

  /** Undefined when nothing was heard and the document goes on. */
  #answer({ says, attributes }: GatherVerb): Record<string, string> | undefined {
    this.told.push(...says);
    const reply = this.#replies.shift() ?? 'silence';
    const { actionOnEmptyResult, input = 'dtmf', numDigits } = attributes;
    if (reply !== 'silence' && 'digits' in reply && input.includes('dtmf'))
      return { Digits: reply.digits.slice(0, Number(numDigits ?? reply.digits.length)) };
    if (reply !== 'silence' && 'speech' in reply && input.includes('speech'))
      return { SpeechResult: reply.speech, Confidence: '0.91' };
    return actionOnEmptyResult === 'true' ? {} : undefined;
  }

  async #fetchForLeg(
    source: TwimlSource,
    fields: Record<string, string>,
  ): Promise<Verb[] | undefined> {
    const caller = this.#parts.params();
    return this.#fetch(source, {
      ...caller,
      CallSid: this.sid,
      ParentCallSid: caller.CallSid ?? '',
      CallStatus: 'in-progress',
      Direction: 'outbound-dial',
      From: this.#verb.attributes.callerId ?? caller.From ?? '',
      To: this.number,
      ...fields,
    });
  }

  async #fetch(source: TwimlSource, params: Record<string, string>): Promise<Verb[] | undefined> {
    const { authToken, file } = this.#parts;
    const reading = await readTwimlSource(source, { params, authToken });
    if ('verbs' in reading) return reading.verbs;
    file(reading.problem.code, reading.problem.reason);
    return undefined;
  }
}
