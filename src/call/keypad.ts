/** Digits typed by the caller become one entry. Pure: time is passed in. */

export interface KeypadRules {
  endKey: '#' | '*';
  pauseMs: number;
  maxDigits: number;
}

export class Keypad {
  readonly #rules: KeypadRules;
  #digits = '';
  #lastKeyAtMs = 0;

  constructor(rules: KeypadRules) {
    this.#rules = rules;
  }

  /** @returns the entry this key completed, if any. An end key alone is no entry. */
  press(key: string, nowMs: number): string | undefined {
    if (key === this.#rules.endKey) return this.#take();
    this.#digits += key;
    this.#lastKeyAtMs = nowMs;
    return this.#digits.length >= this.#rules.maxDigits ? this.#take() : undefined;
  }

  /** @returns the entry that a pause completed, if any. */
  elapse(nowMs: number): string | undefined {
    const paused = this.#digits !== '' && nowMs - this.#lastKeyAtMs >= this.#rules.pauseMs;
    return paused ? this.#take() : undefined;
  }

  #take(): string | undefined {
    const entry = this.#digits;
    this.#digits = '';
    return entry === '' ? undefined : entry;
  }
}
