import type { ToolEffect } from '../agent/tool.ts';
import { bytesPerMs } from '../audio/g711.ts';
import { AgentVoice } from './agent-voice.ts';
import { CallJournal } from './call-journal.ts';
import type { CallParts } from './call-parts.ts';
import { type CallRecord, callFileStem, type EndReason } from './call-record.ts';
import { CallTimings } from './call-timings.ts';
import { CallTools } from './call-tools.ts';
import { CallTranscript } from './call-transcript.ts';
import { CallerVoice } from './caller-voice.ts';
import type { Carrier, StreamEnd } from './carrier.ts';
import { restoreConversation } from './conversation-memory.ts';
import { Keypad } from './keypad.ts';
import { createModelEar } from './model-ear.ts';
import { ModelLink } from './model-link.ts';
import type { Recorder } from './recorder.ts';
import type { Farewell, Moment, Turn, TurnCommand, TurnEvent, TurnRules } from './turn.ts';
import { turnRules } from './turn-rules.ts';
import { admitAudio, createTurn, isAwaited, takeTurn } from './turn-taking.ts';
import type { VoiceModelListener } from './voice-model.ts';

/** How often time is looked at: fillers, ladder, recording. */
const tickMs = 100;
/** The last mark of a farewell is awaited this much longer than the audio needs. */
const markGraceMs = 1_000;
/** After the phone leg was ended by REST, the stream must stop within this. */
const stopWaitMs = 5_000;

/**
 * One telephone conversation. Both directions of audio meet here and nowhere else.
 * Life: `warm` (model opening, greeting waiting) → `attach` (stream) → one `end(reason)`, idempotent.
 */
export class Call {
  readonly id: string;
  /** Resolves when everything is freed and kept; with no record when the stream never came. */
  readonly ended: Promise<CallRecord | undefined>;
  readonly #parts: CallParts;
  readonly #rules: TurnRules;
  readonly #link: ModelLink;
  readonly #transcript = new CallTranscript();
  readonly #agent: AgentVoice;
  readonly #tools: CallTools;
  readonly #timings: CallTimings;
  readonly #keypad: Keypad;
  #turn: Turn;
  #carrier: Carrier | undefined;
  #caller: CallerVoice | undefined;
  #recorder: Recorder | undefined;
  #journal: CallJournal | undefined;
  #ticker: NodeJS.Timeout | undefined;
  #stopTimer: NodeJS.Timeout | undefined;
  #askCount = 0;
  #askTag = '';
  #endReason: EndReason | undefined;
  #finished = false;
  #resolveEnded: (record: CallRecord | undefined) => void = () => {};

  constructor(parts: CallParts) {
    this.#parts = parts;
    this.id = parts.identity.id;
    this.#rules = turnRules(parts.voice);
    this.#turn = createTurn(parts.clock.monotonicMs(), parts.greeting);
    this.#keypad = new Keypad(parts.voice.keypad);
    this.ended = new Promise((resolve) => {
      this.#resolveEnded = resolve;
    });
    this.#timings = new CallTimings({ ...parts, journal: () => this.#journal });
    this.#agent = new AgentVoice({
      ...parts,
      transcript: this.#transcript,
      memory: () => this.#link.model,
    });
    this.#tools = new CallTools({
      toolbox: parts.toolbox,
      link: () => this.#link,
      journal: () => this.#journal,
      tell: parts.tell,
      nowMs: () => this.#carrierNow(),
    });
    this.#link = new ModelLink({
      open: parts.openModel,
      events: this.#listener(),
      listener: {
        renewing: (model) =>
          restoreConversation(model, this.#transcript.linesWithUnheard(), this.#tools.notes),
        ready: (renewed) => this.#modelReady(renewed),
        lost: () => this.#modelLost(),
        gaveUp: (fatal) => this.#modelGaveUp(fatal),
      },
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
    const { identity, clock, log, metrics, store } = this.#parts;
    this.#carrier = carrier;
    if (this.#finished) return carrier.close(1011, 'call over');
    this.#journal = new CallJournal(
      { ...identity, streamSid },
      { store, clock, log, lines: () => this.#transcript.lines() },
    );
    if (this.#turn.phase === 'over') return this.#leave(this.#endReason ?? 'model-unreachable');
    this.#timings.streamStarted();
    this.#recorder = this.#parts.openRecorder(
      callFileStem(this.#journal.startedAt, identity.callSid),
    );
    this.#caller = new CallerVoice({
      startedAtMs: clock.monotonicMs(),
      recorder: this.#recorder,
      toModel: (payload) => this.#link.appendAudio(payload),
      metrics,
    });
    this.#ticker = setInterval(() => this.#tick(), tickMs);
    this.#parts.tell({ type: 'call-started', direction: identity.direction }, 0);
    if (this.#agent.isPlaying(0)) this.#timings.agentSpeaks();
    this.#agent.attach(carrier, this.#recorder, this.#carrierNow());
    this.#dispatch({ type: 'stream-started' });
  }

  /** One caller frame, at the carrier's time. */
  callerAudio(payload: string, timestampMs: number): void {
    if (!this.#finished) {
      this.#caller?.frame(payload, timestampMs, this.#parts.clock.monotonicMs());
    }
  }

  positionMs = (): number => Math.round(this.#carrierNow());

  key(digit: string): void {
    const entry = this.#keypad.press(digit, this.#parts.clock.monotonicMs());
    if (entry !== undefined) this.#keypadEntry(entry);
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
    clearTimeout(this.#stopTimer);
    this.#link.close();
    const durationMs = this.#carrierNow();
    this.#tellLines(this.#agent.keepHeard(durationMs));
    this.#carrier?.close(1000, 'call ended');
    void this.#keepRecord(reason, durationMs).then(this.#resolveEnded);
  }

  async #keepRecord(reason: EndReason, durationMs: number): Promise<CallRecord | undefined> {
    const journal = this.#journal;
    if (!journal) return undefined;
    const file = `${callFileStem(journal.startedAt, this.#parts.identity.callSid)}.wav`;
    // An appointment being written while the caller hangs up belongs to the record.
    const [kept] = await Promise.all([
      this.#recorder?.close(Math.round(durationMs * bytesPerMs)),
      this.#tools.settled(),
    ]);
    const record = await journal.finish(reason, durationMs, kept ? { file, ...kept } : undefined);
    this.#parts.metrics.count('calls_total', { reason });
    this.#parts.tell({ type: 'call-ended', record }, durationMs);
    return record;
  }

  #carrierNow(): number {
    return this.#caller?.nowMs(this.#parts.clock.monotonicMs()) ?? 0;
  }

  #tick(): void {
    const nowMs = this.#parts.clock.monotonicMs();
    this.#tellLines(this.#agent.keepHeard(this.#carrierNow()));
    const entry = this.#keypad.elapse(nowMs);
    if (entry !== undefined) this.#keypadEntry(entry);
    if (this.#turn.callerSpeaking) this.#caller?.padMissing(nowMs, tickMs);
    this.#dispatch({ type: 'tick' });
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
    const { model } = this.#link;
    const agent = this.#agent;
    switch (command.type) {
      case 'silence-agent':
        agent.silence(this.#carrierNow());
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
      case 'play-prompt':
        return agent.playPrompt(command.prompt, this.#carrierNow());
      case 'ask-reply':
        return this.#askReply(command);
      case 'cancel-reply':
        return model?.cancelReply(command.responseId);
      case 'delete-caller-item':
        this.#transcript.forgetCaller(command.itemId);
        return model?.deleteItem(command.itemId);
      case 'restate-caller':
        return model?.addText('user', command.text);
      case 'hang-up':
        return void this.#hangUp(command.reason);
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

  #askReply(wanted: { instructions?: string; toolChoice?: 'none' }): void {
    this.#agent.tellResumed();
    this.#askTag = `r${++this.#askCount}`;
    const { instructions, toolChoice } = wanted;
    this.#link.model?.requestReply({
      tag: this.#askTag,
      ...(instructions ? { instructions } : {}),
      ...(toolChoice ? { toolChoice } : {}),
    });
  }

  #keypadEntry(entry: string): void {
    this.#transcript.callerTyped(entry, this.#carrierNow());
    this.#link.model?.addText('user', `[teclado] ${entry}`);
    this.#dispatch({ type: 'entry-typed' });
  }

  async #hangUp(reason: EndReason): Promise<void> {
    this.#endReason = reason;
    const result = await this.#parts.hangUpPhone(this.#parts.identity.callSid);
    if (this.#finished) return;
    if (result === 'failed') return this.end(reason);
    this.#stopTimer = setTimeout(() => this.end(reason), stopWaitMs);
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

  #modelReady(renewed: boolean): void {
    if (renewed) {
      this.#journal?.note((record) => {
        record.modelReconnects += 1;
      });
      this.#parts.metrics.count('model_reconnect_total', { ok: 'true' });
      this.#parts.tell({ type: 'model-restored' }, this.#carrierNow());
    }
    this.#dispatch({ type: 'model-restored' });
  }

  #modelGaveUp(fatal: boolean): void {
    this.#parts.metrics.count('model_reconnect_total', { ok: 'false' });
    this.#dispatch({ type: 'model-gave-up', fatal });
  }

  #modelLost(): void {
    this.#timings.sessionLost();
    this.#agent.sessionLost();
    this.#parts.tell({ type: 'model-lost' }, this.#carrierNow());
    this.#dispatch({ type: 'model-lost' });
  }

  #listener(): VoiceModelListener {
    return createModelEar({
      agent: this.#agent,
      transcript: this.#transcript,
      tools: this.#tools,
      timings: this.#timings,
      journal: () => this.#journal,
      dispatch: (event) => this.#dispatch(event),
      admit: (responseId) => admitAudio(this.#turn, responseId),
      askTag: () => this.#askTag,
      isAwaited: () => isAwaited(this.#turn),
      nowMs: () => this.#carrierNow(),
      endpointingMs: this.#rules.endpointingMs,
      tellLine: (itemId) => this.#tellLines([itemId]),
      callerTurnBegan: () => this.#parts.toolbox.startTurn(),
      warn: (code) => this.#parts.log.warn({ callId: this.id, code }, 'model error event'),
    });
  }

  #tellLines(itemIds: readonly string[]): void {
    if (itemIds.length === 0) return;
    for (const line of this.#transcript.lines()) {
      if (line.itemId && itemIds.includes(line.itemId)) {
        this.#parts.tell({ type: 'line-spoken', line }, line.startMs);
      }
    }
    this.#journal?.lineSpoken();
  }
}
