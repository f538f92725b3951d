import type { Clock } from '../platform/clock.ts';
import type { EarlierMemory } from './conversation-memory.ts';
import type { ModelHealth } from './model-health.ts';
import type { OpenVoiceModel, VoiceModel, VoiceModelListener } from './voice-model.ts';

/** Tries to reach the model each time it is needed: the first and two more. */
const tries = 3;
/** All tries together; after that the caller is shown the way out. */
const budgetMs = 6_000;
/** Times a session is renewed within one call. */
const renewals = 2;
/** Wait between tries, with jitter so that many calls do not knock together. */
const shortestWaitMs = 200;
const longestWaitMs = 800;
/** Base64 characters of caller audio kept while no session is ready: 3 s of μ-law, as much as a session's own pre-buffer. */
const mostGapCharacters = 32_000;

export interface ModelLinkListener {
  /**
   * A session that knows nothing of the conversation so far is being opened, in place of one that did. What it is told
   * now, it hears before the caller's audio.
   */
  renewing(model: VoiceModel): void;
  /** A session took our settings. `renewed`: it is not the first one and knows nothing of the conversation. */
  ready(renewed: boolean): void;
  lost(fatal: boolean): void;
  gaveUp(fatal: boolean, code: string): void;
}

/**
 * One call's connection to the model, kept up by reconnecting within bounds. Refusals (key, quota) are never retried.
 * Events of a session that was replaced are not passed on.
 */
export class ModelLink {
  readonly #open: OpenVoiceModel;
  readonly #events: VoiceModelListener;
  readonly #listener: ModelLinkListener;
  readonly #health: ModelHealth;
  readonly #clock: Clock;
  readonly #continues: boolean;
  #model: VoiceModel | undefined;
  #generation = 0;
  #everReady = false;
  #renewals = 0;
  #failedTries = 0;
  #tryingSinceMs = 0;
  #triedAtMs = 0;
  #ready = false;
  /** What the caller said since no session was ready. */
  #gap: string[] = [];
  #gapCharacters = 0;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(parts: {
    open: OpenVoiceModel;
    events: VoiceModelListener;
    listener: ModelLinkListener;
    health: ModelHealth;
    clock: Clock;
    /** Its first session is to be told of an earlier conversation, as renewed ones are. */
    earlier?: EarlierMemory | undefined;
  }) {
    this.#open = parts.open;
    this.#events = parts.events;
    this.#listener = parts.listener;
    this.#health = parts.health;
    this.#clock = parts.clock;
    this.#continues = parts.earlier !== undefined;
  }

  /** The session in use or being opened. */
  get model(): VoiceModel | undefined {
    return this.#model;
  }

  /** Grows with each session: ids of an earlier one mean nothing to a later one. */
  get generation(): number {
    return this.#generation;
  }

  connect(): void {
    this.#tryingSinceMs = this.#clock.monotonicMs();
    this.#failedTries = 0;
    this.#openSession();
  }

  /** Caller audio. What comes while no session is ready is kept, bounded, and given to each session that is tried. */
  appendAudio(payload: string): void {
    if (!this.#ready) this.#keep(payload);
    this.#model?.appendAudio(payload);
  }

  close(): void {
    this.#closed = true;
    this.#gap = [];
    clearTimeout(this.#timer);
    this.#model?.close();
    this.#model = undefined;
  }

  /** Once something is dropped, all is: words with a hole in them would be heard as other words. */
  #keep(payload: string): void {
    this.#gapCharacters += payload.length;
    if (this.#gapCharacters <= mostGapCharacters) this.#gap.push(payload);
  }

  #openSession(): void {
    this.#generation += 1;
    this.#triedAtMs = this.#clock.monotonicMs();
    const generation = this.#generation;
    let ready = false;
    const current = () => !this.#closed && generation === this.#generation;
    const events: VoiceModelListener = { ...this.#events };
    for (const name of Object.keys(events) as (keyof VoiceModelListener)[]) {
      const pass = this.#events[name].bind(this.#events) as (event: never) => void;
      events[name] = ((event: never) => (current() ? pass(event) : undefined)) as never;
    }
    events.onReady = () => {
      if (!current()) return;
      ready = true;
      this.#ready = true;
      this.#gap = [];
      this.#gapCharacters = 0;
      this.#health.succeeded();
      const renewed = this.#everReady;
      this.#everReady = true;
      this.#listener.ready(renewed);
    };
    events.onClosed = ({ fatal, code }) => {
      if (!current()) return;
      this.#model = undefined;
      this.#ready = false;
      this.#sessionEnded(ready, fatal, code);
    };
    const model = this.#open(events);
    this.#model = model;
    if (this.#everReady || this.#continues) this.#listener.renewing(model);
    for (const payload of this.#gap) model.appendAudio(payload);
  }

  #sessionEnded(wasReady: boolean, fatal: boolean, code: string): void {
    if (fatal || !wasReady) this.#health.failed(code, fatal, this.#clock.monotonicMs());
    if (wasReady) this.#listener.lost(fatal);
    if (fatal) return this.#listener.gaveUp(true, code);
    if (wasReady) {
      this.#renewals += 1;
      if (this.#renewals > renewals) return this.#listener.gaveUp(false, code);
      return this.connect();
    }
    this.#failedTries += 1;
    const nowMs = this.#clock.monotonicMs();
    const waitMs = shortestWaitMs + Math.random() * (longestWaitMs - shortestWaitMs);
    // The next try may take as long as this one did.
    const nextEndMs = nowMs + waitMs + (nowMs - this.#triedAtMs);
    if (this.#failedTries >= tries || nextEndMs - this.#tryingSinceMs > budgetMs) {
      return this.#listener.gaveUp(false, code);
    }
    this.#timer = setTimeout(() => this.#openSession(), waitMs);
  }
}
