/** Both sides of a call as they are placed on its clock, byte = millisecond × 8. `agent` is what was heard, not what was sent. */
export type TapListener = (side: 'caller' | 'agent', ulaw: Buffer, atByte: number) => void;

/**
 * Where somebody else hears a call. Nothing is kept here and nothing waits: a listener takes what it gets at once.
 * Whoever only listens hears what may be recorded; whoever takes part in the call hears all of it.
 */
export class CallTap {
  readonly #parties = new Set<TapListener>();
  readonly #listeners = new Set<TapListener>();

  /** @returns how to stop. */
  join(as: 'party' | 'listener', listener: TapListener): () => void {
    const among = as === 'party' ? this.#parties : this.#listeners;
    among.add(listener);
    return () => among.delete(listener);
  }

  pass(side: 'caller' | 'agent', ulaw: Buffer, atByte: number, mayBeListenedTo: boolean): void {
    hand(this.#parties, side, ulaw, atByte);
    if (mayBeListenedTo) hand(this.#listeners, side, ulaw, atByte);
  }
}

/** Whoever fails is not asked again; the call does not hear of it. */
function hand(among: Set<TapListener>, ...piece: Parameters<TapListener>): void {
  for (const listener of among) {
    try {
      listener(...piece);
    } catch {
      among.delete(listener);
    }
  }
}
