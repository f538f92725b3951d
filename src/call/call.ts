import type { VoiceProfile } from '../agent/clinic-profile.ts';
import type { ConversationToolbox } from '../agent/toolbox.ts';
import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import type { Metrics } from '../platform/metrics.ts';
import { AgentVoice } from './agent-voice.ts';
import type { CallFact } from './call-event.ts';
import { type CallIdentity, CallJournal } from './call-journal.ts';
import { type CallRecord, type CallStore, callFileStem, type EndReason } from './call-record.ts';
import { CallTools } from './call-tools.ts';
import { CallTranscript } from './call-transcript.ts';
import { CallerVoice } from './caller-voice.ts';
import type { Carrier, HangUpPhone, StreamEnd } from './carrier.ts';
import { conversationMemory } from './conversation-memory.ts';
import { Keypad } from './keypad.ts';
import type { ModelHealth } from './model-health.ts';
import { ModelLink } from './model-link.ts';
import { bytesPerMs } from './playback.ts';
import type { Recorder } from './recorder.ts';
import type { PromptName, SpokenPrompts } from './spoken-prompts.ts';
import type { Moment, Turn, TurnCommand, TurnEvent, TurnRules, Want } from './turn.ts';
import { speechLengthMs, turnRules } from './turn-rules.ts';
import { admitAudio, createTurn, takeTurn } from './turn-taking.ts';
import type { OpenVoiceModel, VoiceModel, VoiceModelListener } from './voice-model.ts';

/** How often time is looked at: fillers, ladder, recording. */
const tickMs = 100;
/** The last mark of a farewell is awaited this much longer than the audio needs. */
const markGraceMs = 1_000;
/** After the phone leg was ended by REST, the stream must stop within this. */
const stopWaitMs = 5_000;

export interface CallParts {
  identity: Omit<CallIdentity, 'streamSid'>;
  voice: VoiceProfile;
  greeting: Want;
  openModel: OpenVoiceModel;
  toolbox: ConversationToolbox;
  openRecorder: (stem: string) => Recorder | undefined;
  store: CallStore;
  prompts: SpokenPrompts;
  hangUpPhone: HangUpPhone;
  health: ModelHealth;
  clock: Clock;
  log: Log;
  metrics: Metrics;
  tell: (fact: CallFact, atMs: number) => void;
}

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
  readonly #keypad: Keypad;
  #turn: Turn;
  #carrier: Carrier | undefined;
  #caller: CallerVoice | undefined;
  #recorder: Recorder | undefined;
  #journal: CallJournal | undefined;
  #ticker: NodeJS.Timeout | undefined;
  #stopTimer: NodeJS.Timeout | undefined;
  #askCount = 0;
  #repliesHeard = new Set<string>();
  #speech: { audioStartMs: number; atMs: number } | undefined;
  #streamStartedAtMs = 0;
  /** Moments from which the next agent audio is timed. */
  #awaitingFirstAudio = true;
  #callerStoppedAtMs: number | undefined;
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
    this.#link = new ModelLink({
      open: parts.openModel,
      events: this.#modelEvents(),
      listener: {
        renewing: (model) => this.#tellConversation(model),
        ready: (renewed) => this.#modelReady(renewed),
        lost: () => this.#modelLost(),
        gaveUp: (fatal) => this.#dispatch({ type: 'model-gave-up', fatal }),
      },
      health: parts.health,
      clock: parts.clock,
    });
    this.#agent = new AgentVoice({ transcript: this.#transcript, memory: () => this.#link.model });
    this.#tools = new CallTools({
      toolbox: parts.toolbox,
      link: this.#link,
      journal: () => this.#journal,
      tell: parts.tell,
      nowMs: () => this.#carrierNow(),
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
    this.#streamStartedAtMs = clock.monotonicMs();
    this.#recorder = this.#parts.openRecorder(
      callFileStem(this.#journal.startedAt, identity.callSid),
    );
    this.#caller = new CallerVoice({
      startedAtMs: this.#streamStartedAtMs,
      recorder: this.#recorder,
      toModel: (payload) => this.#link.appendAudio(payload),
      metrics,
    });
    this.#ticker = setInterval(() => this.#tick(), tickMs);
    this.#parts.tell({ type: 'call-started', direction: identity.direction }, 0);
    if (this.#agent.isPlaying(0)) this.#timeFirstAudio();
    this.#agent.attach(carrier, this.#recorder, this.#carrierNow());
    this.#dispatch({ type: 'stream-started' });
  }

  /** One caller frame, at the carrier's time. */
  callerAudio(payload: string, timestampMs: number): void {
    if (!this.#finished) {
      this.#caller?.frame(payload, timestampMs, this.#parts.clock.monotonicMs());
    }
  }

  /** Milliseconds on the recording's clock. */
  positionMs(): number {
    return Math.round(this.#carrierNow());
  }

  key(digit: string): void {
    const entry = this.#keypad.press(digit, this.#parts.clock.monotonicMs());
    if (entry !== undefined) this.#keypadEntry(entry);
  }

  mark(name: string): void {
    this.#agent.markReturned(name, this.#carrierNow());
  }

  /** The stream is over, whoever ended it. */
  streamEnded(how: StreamEnd): void {
    if (how === 'stopped' || how === 'closed-by-us')
      return this.end(this.#endReason ?? 'caller-hung-up');
    this.end(
      this.#endReason ?? (how === 'lost' || how === 'stuck' ? 'stream-lost' : 'stream-error'),
    );
  }

  /** Asks for a spoken goodbye and then the end. */
  finishPolitely(reason: EndReason, fallback: PromptName, instructions?: string): void {
    if (!this.#caller) return this.end(reason);
    this.#dispatch({
      type: 'end-wanted',
      reason,
      fallback,
      ...(instructions ? { instructions } : {}),
    });
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
    const kept = await this.#recorder?.close(Math.round(durationMs * bytesPerMs));
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
        return this.#playPrompt(command.prompt);
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
    this.#askCount += 1;
    const { instructions, toolChoice } = wanted;
    this.#link.model?.requestReply({
      tag: this.#askTag(),
      ...(instructions ? { instructions } : {}),
      ...(toolChoice ? { toolChoice } : {}),
    });
  }

  #askTag(): string {
    return `r${this.#askCount}`;
  }

  #playPrompt(name: PromptName): void {
    this.#parts.metrics.count('prompt_played_total', { prompt: name });
    this.#agent.playPrompt(this.#parts.prompts[name], this.#carrierNow());
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

  #tellConversation(model: VoiceModel): void {
    const lines = this.#transcript.linesWithUnheard();
    for (const { role, text } of conversationMemory(lines, this.#tools.notes)) {
      model.addText(role, text);
    }
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

  #modelLost(): void {
    this.#speech = undefined;
    this.#agent.sessionLost();
    this.#parts.tell({ type: 'model-lost' }, this.#carrierNow());
    this.#dispatch({ type: 'model-lost' });
  }

  #modelEvents(): VoiceModelListener {
    return {
      onReady: () => {},
      onCallerItem: () => {},
      onReplyItem: () => {},
      onClosed: () => {},
      onSpeechStarted: (event) => this.#speechStarted(event),
      onSpeechStopped: (event) => this.#speechStopped(event),
      onCallerTranscript: (event) => this.#callerSaid(event),
      onReplyCreated: ({ responseId, requestTag }) =>
        this.#dispatch({
          type: 'reply-created',
          responseId,
          asked: requestTag === this.#askTag(),
        }),
      onReplyRefused: ({ requestTag }) => {
        if (requestTag === this.#askTag()) this.#dispatch({ type: 'reply-refused' });
      },
      onAudio: (event) => this.#agentAudio(event),
      onReplyText: ({ itemId, responseId, delta }) => {
        if (admitAudio(this.#turn, responseId) !== 'drop')
          this.#transcript.agentText(itemId, delta);
      },
      onToolCall: (call) => void this.#runTool(call),
      onReplyDone: (event) => this.#replyDone(event),
      onError: ({ code }) => this.#parts.log.warn({ callId: this.id, code }, 'model error event'),
    };
  }

  #speechStarted({ audioStartMs, itemId }: { audioStartMs: number; itemId: string }): void {
    const atMs = this.#parts.clock.monotonicMs();
    const overAgent = this.#agent.isPlaying(this.#carrierNow());
    this.#speech = { audioStartMs, atMs };
    this.#parts.toolbox.startTurn();
    this.#dispatch({ type: 'caller-speech-started', itemId });
    this.#transcript.callerStarted(itemId, this.#carrierNow());
    if (!overAgent) return;
    const spentMs = this.#parts.clock.monotonicMs() - atMs;
    this.#parts.metrics.observe('barge_in_seconds', spentMs / 1000);
    this.#journal?.note((record) =>
      record.latencies.bargeInMs.push(Math.round(spentMs * 100) / 100),
    );
  }

  #speechStopped({ audioEndMs, itemId }: { audioEndMs: number; itemId: string }): void {
    const nowMs = this.#parts.clock.monotonicMs();
    const speechMs = this.#speech
      ? speechLengthMs(
          audioEndMs - this.#speech.audioStartMs,
          nowMs - this.#speech.atMs,
          this.#parts.voice,
        )
      : 0;
    this.#callerStoppedAtMs = nowMs;
    this.#transcript.callerStopped(itemId, this.#carrierNow());
    this.#dispatch({ type: 'caller-speech-stopped', speechMs });
  }

  #callerSaid(event: Parameters<VoiceModelListener['onCallerTranscript']>[0]): void {
    const { itemId, text, status } = event;
    if (status !== 'failed') this.#transcript.callerSaid(itemId, text, this.#carrierNow());
    this.#dispatch({ type: 'caller-words', text, final: status !== 'partial' });
    if (status === 'final') this.#tellLines([itemId]);
  }

  #agentAudio(event: Parameters<VoiceModelListener['onAudio']>[0]): void {
    const { responseId, itemId, contentIndex, payload } = event;
    const admitted = admitAudio(this.#turn, responseId);
    if (admitted === 'drop') return;
    const audio = { responseId, itemId, contentIndex, ulaw: Buffer.from(payload, 'base64') };
    this.#repliesHeard.add(responseId);
    this.#dispatch({ type: 'reply-audio', responseId });
    if (admitted === 'hold') return this.#agent.hold(audio);
    if (this.#agent.say(audio, payload, this.#carrierNow())) this.#timeFirstAudio();
  }

  #timeFirstAudio(): void {
    const { clock, metrics } = this.#parts;
    const nowMs = clock.monotonicMs();
    if (this.#awaitingFirstAudio) {
      this.#awaitingFirstAudio = false;
      const firstAudioMs = Math.round(nowMs - this.#streamStartedAtMs);
      metrics.observe('first_audio_seconds', firstAudioMs / 1000);
      this.#journal?.note((record) => {
        record.latencies.firstAudioMs = firstAudioMs;
      });
    }
    if (this.#callerStoppedAtMs === undefined) return;
    const replyMs = Math.round(nowMs - this.#callerStoppedAtMs);
    this.#callerStoppedAtMs = undefined;
    metrics.observe('reply_seconds', replyMs / 1000);
    this.#journal?.note((record) => record.latencies.replyMs.push(replyMs));
  }

  #replyDone(event: Parameters<VoiceModelListener['onReplyDone']>[0]): void {
    const { responseId, status, usage } = event;
    if (usage) this.#journal?.addUsage(usage);
    this.#agent.replyFinished(responseId);
    this.#dispatch({
      type: 'reply-done',
      responseId,
      status,
      hadAudio: this.#repliesHeard.delete(responseId),
      calledTool: this.#tools.takeCalled(responseId),
    });
  }

  async #runTool(call: Parameters<VoiceModelListener['onToolCall']>[0]): Promise<void> {
    this.#dispatch({ type: 'tool-started' });
    const endsCall = await this.#tools.run(call);
    this.#dispatch({ type: 'tool-finished', endsCall });
  }

  #tellLines(itemIds: readonly string[]): void {
    if (itemIds.length === 0) return;
    for (const line of this.#transcript.lines()) {
      if (line.itemId && itemIds.includes(line.itemId)) {
        this.#parts.tell({ type: 'line-spoken', line }, line.startMs);
      }
    }
    this.#journal?.note(() => {});
  }
}
