import type { ToolEffect } from '../agent/tool.ts';
import { AgentVoice } from './agent-voice.ts';
import { callStarted } from './call-event.ts';
import { CallJournal } from './call-journal.ts';
import type { CallParts } from './call-parts.ts';
import { type CallRecord, callFileStem, type EndReason, type ModelUsage } from './call-record.ts';
import { CallRecording } from './call-recording.ts';
import { CallStaff } from './call-staff.ts';
import { CallTap } from './call-tap.ts';
import { CallTimings } from './call-timings.ts';
import { CallTools } from './call-tools.ts';
import { CallTranscript } from './call-transcript.ts';
import { CallerVoice } from './caller-voice.ts';
import { CallerWords } from './caller-words.ts';
import type { Carrier, StreamEnd } from './carrier.ts';
import { Keypad } from './keypad.ts';
import { createModelEar } from './model-ear.ts';
import { ModelLink } from './model-link.ts';
import { createModelPresence } from './model-presence.ts';
import { PhoneLeg } from './phone-leg.ts';
import { ReplyRequests } from './reply-requests.ts';
import { SpokenWords } from './spoken-words.ts';
import type { Farewell, Moment, Turn, TurnCommand, TurnEvent, TurnRules } from './turn.ts';
import { currentReply } from './turn-floor.ts';
import { turnRules } from './turn-rules.ts';
import { admitAudio, createTurn, isAwaited, takeTurn } from './turn-taking.ts';

/** How often time is looked at: fillers, ladder, recording. */
const tickMs = 100;
/** The last mark of a farewell is awaited this much longer than the audio needs. */
const markGraceMs = 1_000;

/**
 * One telephone conversation. Both directions of audio meet here and nowhere else.
 * Life: `warm` (model opening, greeting waiting) → `attach` (stream) → one `end(reason)`, idempotent.
 */
export class Call {
  readonly id: string;
  /** Resolves when everything is freed and kept; with no record when the stream never came. */
  readonly ended: Promise<CallRecord | undefined>;
  /** What people of the clinic do to it meanwhile. */
  readonly staff: CallStaff;
  /** Where others hear it. */
  readonly tap = new CallTap();
  readonly #parts: CallParts;
  readonly #rules: TurnRules;
  readonly #link: ModelLink;
  readonly #transcript = new CallTranscript();
  readonly #agent: AgentVoice;
  readonly #tools: CallTools;
  readonly #timings: CallTimings;
  readonly #words: SpokenWords;
  readonly #callerWords: CallerWords;
  readonly #recording: CallRecording;
  readonly #keypad: Keypad;
  readonly #phone: PhoneLeg;
  #turn: Turn;
  #carrier: Carrier | undefined;
  #caller: CallerVoice | undefined;
  #journal: CallJournal | undefined;
  #ticker: NodeJS.Timeout | undefined;
  readonly #requests = new ReplyRequests();
  #endReason: EndReason | undefined;
  #finished = false;
  #resolveEnded: (record: CallRecord | undefined) => void = () => {};

  constructor(parts: CallParts) {
    this.#parts = parts;
    this.id = parts.identity.id;
    this.#rules = turnRules(parts.voice);
    this.#turn = createTurn(parts.clock.monotonicMs(), parts.greeting);
    this.#phone = new PhoneLeg({ ...parts, end: (reason) => this.end(reason) });
    this.#keypad = new Keypad(parts.voice.keypad);
    this.ended = new Promise((resolve) => {
      this.#resolveEnded = resolve;
    });
    // What the parts share; of what is made after them they ask only when something happens.
    const common = {
      ...parts,
      transcript: this.#transcript,
      journal: () => this.#journal,
      link: () => this.#link,
      dispatch: (event: TurnEvent) => this.#dispatch(event),
      nowMs: () => this.#carrierNow(),
      isHeld: () => this.#turn.held !== undefined,
      tellModel: (text: string) => this.#link.model?.addText('system', text),
    };
    this.#timings = new CallTimings(common);
    this.#recording = new CallRecording({
      open: () => parts.openRecorder(this.#fileStem()),
      file: () => `${this.#fileStem()}.wav`,
      tap: this.tap,
      changed: (isAllowed) => {
        if (!this.#finished) parts.tell({ type: 'recording', isAllowed }, this.#carrierNow());
      },
    });
    this.#agent = new AgentVoice({
      ...common,
      recording: this.#recording,
      memory: () => this.#link.model,
    });
    this.#tools = new CallTools(common);
    this.#words = new SpokenWords({
      ...common,
      agentHeard: (line) => this.#callerWords.agentHeard(line),
      correct: (text) => this.#dispatch({ type: 'correction-wanted', text }),
    });
    this.#callerWords = new CallerWords({
      ...common,
      recording: this.#recording,
    });
    this.staff = new CallStaff({
      ...common,
      agent: this.#agent,
      tools: this.#tools,
      tap: this.tap,
      turn: () => this.#turn,
    });
    const known = { ...common, agent: this.#agent, tools: this.#tools, timings: this.#timings };
    this.#link = new ModelLink({
      ...parts,
      open: parts.openModel,
      events: createModelEar({
        ...known,
        words: this.#words,
        admit: (responseId) => admitAudio(this.#turn, responseId),
        askTag: () => this.#requests.tag,
        usage: (usage) => this.#tokensUsed(usage),
        isAwaited: () => isAwaited(this.#turn),
        endpointingMs: this.#rules.endpointingMs,
        callerTurnBegan: () => parts.toolbox.startTurn(),
        replyDone: (isComplete) => this.#callerWords.replyDone(isComplete),
        callerSaid: (text) => this.#callerWords.said(text),
        warn: (code) => parts.log.warn({ callId: this.id, code }, 'model error event'),
      }),
      listener: createModelPresence(known),
      health: parts.health,
      clock: parts.clock,
    });
  }

  /** Opens the model session, so that the greeting waits for the caller and not the other way round. */
  warm(): void {
    this.#link.connect();
  }

  /** The caller's stream is here. From now on audio flows both ways. */
  attach(carrier: Carrier, streamSid: string): void {
    const { identity, clock, metrics } = this.#parts;
    this.#carrier = carrier;
    if (this.#finished) return carrier.close(1011, 'call over');
    const lines = () => (this.#callerWords.keepsTranscript ? this.#transcript.lines() : []);
    this.#journal = new CallJournal({ ...identity, streamSid }, { ...this.#parts, lines });
    if (this.#turn.phase === 'over') return this.#leave(this.#endReason ?? 'model-unreachable');
    this.#timings.streamStarted();
    this.#caller = new CallerVoice({
      startedAtMs: clock.monotonicMs(),
      recording: this.#recording,
      toModel: (payload) => this.#link.appendAudio(payload),
      metrics,
    });
    this.#ticker = setInterval(() => this.#tick(), tickMs);
    this.#parts.tell(callStarted(identity), 0);
    if (this.#agent.isPlaying(0)) this.#timings.agentSpeaks();
    this.#agent.attach(carrier, this.#carrierNow());
    this.#dispatch({ type: 'stream-started' });
  }

  /** One caller frame, at the carrier's time. */
  callerAudio(payload: string, timestampMs: number): void {
    if (!this.#finished) {
      this.#caller?.frame(payload, timestampMs, this.#parts.clock.monotonicMs());
    }
  }

  /** In the recording, if there is one. */
  positionMs = (): number | null => (this.#recording.isOn ? Math.round(this.#carrierNow()) : null);

  key(digit: string): void {
    this.#keypadEntry(this.#keypad.press(digit, this.#parts.clock.monotonicMs()));
  }

  mark(name: string): void {
    this.#agent.markReturned(name, this.#carrierNow());
  }

  /** The stream is over, whoever ended it. */
  streamEnded(how: StreamEnd): void {
    const hungUp = how === 'stopped' || how === 'closed-by-us';
    const lost = how === 'lost' || how === 'stuck';
    this.end(
      this.#endReason ?? (hungUp ? 'caller-hung-up' : lost ? 'stream-lost' : 'stream-error'),
    );
  }

  /** Asks for a spoken goodbye and then the end. */
  finishPolitely(farewell: Farewell): void {
    if (!this.#caller) return this.end(farewell.reason);
    this.#dispatch({ type: 'end-wanted', ...farewell });
  }

  /** A tool succeeded after the model was told that it had not. */
  lateEffect(effect: ToolEffect): void {
    this.#tools.noteEffect(effect, this.#carrierNow());
  }

  /** Idempotent. Frees everything, then keeps what remains of the call. */
  end(reason: EndReason): void {
    if (this.#finished) return;
    this.#finished = true;
    clearInterval(this.#ticker);
    this.#phone.release();
    this.#link.close();
    const durationMs = this.#carrierNow();
    this.#words.heard(this.#agent.keepHeard(durationMs));
    this.#callerWords.callEnded();
    this.#carrier?.close(1000, 'call ended');
    void this.#keepRecord(reason, durationMs).then(this.#resolveEnded);
  }

  async #keepRecord(reason: EndReason, durationMs: number): Promise<CallRecord | undefined> {
    const journal = this.#journal;
    if (!journal) return undefined;
    // An appointment being written while the caller hangs up belongs to the record.
    const [recording] = await Promise.all([
      this.#recording.finish(durationMs),
      this.#tools.settled(),
    ]);
    const record = await journal.finish(reason, durationMs, recording, this.#parts.watch.closing());
    this.#parts.metrics.count('calls_total', { reason });
    this.#parts.tell({ type: 'call-ended', record }, durationMs);
    return record;
  }

  #fileStem(): string {
    return callFileStem(this.#journal?.startedAt ?? '', this.#parts.identity.callSid);
  }

  #carrierNow(): number {
    return this.#caller?.nowMs(this.#parts.clock.monotonicMs()) ?? 0;
  }

  #tick(): void {
    const nowMs = this.#parts.clock.monotonicMs();
    this.#words.heard(this.#agent.keepHeard(this.#carrierNow()));
    this.#keypadEntry(this.#keypad.elapse(nowMs));
    if (this.#turn.callerSpeaking) this.#caller?.padMissing(nowMs, tickMs);
    this.#dispatch({ type: 'tick' });
    this.#callerWords.elapse({
      callerSpeaking: this.#turn.callerSpeaking,
      replying: currentReply(this.#turn) !== undefined,
      quietMs: nowMs - this.#turn.quietSinceMs,
    });
  }

  #dispatch(event: TurnEvent): void {
    if (this.#finished) return;
    const { turn, commands } = takeTurn(this.#turn, event, this.#moment(), this.#rules);
    this.#turn = turn;
    for (const command of commands) this.#obey(command);
  }

  #moment(): Moment {
    const carrierMs = this.#carrierNow();
    return {
      nowMs: this.#parts.clock.monotonicMs(),
      playing: this.#agent.isPlaying(carrierMs),
      heardOut: this.#agent.isHeardOut(carrierMs, markGraceMs),
    };
  }

  #obey(command: TurnCommand): void {
    const agent = this.#agent;
    switch (command.type) {
      case 'silence-agent':
        agent.silence(this.#carrierNow());
        this.#parts.watch.agentCutOff();
        return this.#parts.tell({ type: 'agent-interrupted' }, this.#carrierNow());
      case 'resume-agent':
        agent.resume(this.#carrierNow());
        return this.#parts.tell({ type: 'agent-resumed' }, this.#carrierNow());
      case 'forget-unheard':
        return agent.forgetUnheard();
      case 'release-held-reply':
        return agent.releaseHeld(this.#carrierNow());
      case 'drop-held-reply':
        return agent.dropHeld();
      case 'tell-model':
        return this.#link.model?.addText('system', command.text);
      case 'person-left':
        this.#timings.answeredByOthers();
        return this.staff.left(command.how);
      case 'play-prompt':
        return agent.playPrompt(command.prompt, this.#carrierNow());
      case 'sentence-told':
        return this.#callerWords.sentenceTold(command.prompt, command.wholeHeard);
      case 'ask-reply':
        agent.tellResumed();
        return this.#requests.ask(this.#link.model, command);
      case 'cancel-reply':
        return this.#link.model?.cancelReply(command.responseId);
      case 'delete-caller-item':
        this.#transcript.forgetCaller(command.itemId);
        return this.#link.model?.deleteItem(command.itemId);
      case 'restate-caller':
        return this.#link.model?.addText('user', command.text);
      case 'hang-up':
        this.#endReason = command.reason;
        return void this.#phone.hangUp(command.reason);
      case 'leave-to-fallback':
        return this.#leave(command.reason);
      case 'count-barge-in':
        this.#parts.metrics.count('barge_in_total', { outcome: command.outcome });
        return this.#journal?.note((record) => {
          record.bargeIns[command.outcome] += 1;
        });
      default:
        return command satisfies never;
    }
  }

  #tokensUsed(usage: ModelUsage): void {
    this.#journal?.addUsage(usage);
    const sum = this.#journal?.usage ?? usage;
    this.#parts.tell({ type: 'tokens-used', usage: { ...sum } }, this.#carrierNow());
  }

  #keypadEntry(entry: string | undefined): void {
    if (entry === undefined) return;
    this.#words.heard([this.#transcript.callerTyped(entry, this.#carrierNow())]);
    this.#link.model?.addText('user', `[teclado] ${entry}`);
    this.#dispatch({ type: 'entry-typed' });
    this.#callerWords.said(entry);
  }

  /** The stream is closed from here, so that the carrier goes on with the verbs after `</Connect>`. */
  #leave(reason: EndReason): void {
    this.#endReason = reason;
    if (!this.#carrier) {
      this.#link.close();
      return;
    }
    this.#carrier.close(1011, 'no model');
    this.end(reason);
  }
}
