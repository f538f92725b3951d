import type { RealtimeClientEvent } from 'openai/resources/realtime/realtime';
import { RecentMap } from './recent-map.ts';

export interface SentEvent {
  type: RealtimeClientEvent['type'];
  /** Of a `response.create`. */
  tag?: string;
}

/** Errors follow what they answer at once; this many events are never in flight. */
const mostRemembered = 64;

/** Names the events we send, so that an error event can be matched to the one that it answers. */
export class SentEvents {
  #count = 0;
  readonly #recent = new RecentMap<SentEvent>(mostRemembered);

  nextId(): string {
    this.#count += 1;
    return `evt_${this.#count}`;
  }

  remember(eventId: string, event: SentEvent): void {
    this.#recent.set(eventId, event);
  }

  /** @param eventId as the error repeats it; without it, one code tells by itself which event it answers. */
  causeOf(code: string, eventId: string | undefined): SentEvent | undefined {
    if (eventId !== undefined) return this.#recent.get(eventId);
    if (code !== 'conversation_already_has_active_response') return undefined;
    return [...this.#recent].findLast(([, sent]) => sent.type === 'response.create')?.[1];
  }

  /** The request was answered: a later error without id is not about it. */
  forgetRequest(tag: string): void {
    for (const [eventId, sent] of this.#recent) {
      if (sent.type === 'response.create' && sent.tag === tag) this.#recent.take(eventId);
    }
  }
}
