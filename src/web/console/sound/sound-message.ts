/** Between the page and its audio thread. Samples are at the thread's own rate, 8 kHz. */

/** To `alo-listen`. `at` is a place on the call's clock, in samples. */
export type ListenOrder = {
  type: 'place';
  channel: 'left' | 'right' | 'both';
  at: number;
  samples: Float32Array<ArrayBuffer>;
};

/** To `alo-phone`. A mark is told when everything queued before it was played. */
export type PhoneOrder =
  | { type: 'play'; samples: Float32Array<ArrayBuffer> }
  | { type: 'mark'; name: string }
  | { type: 'clear' };

/** From both: loudness 0 to 1, ten times a second. */
export interface LevelNews {
  type: 'level';
  /** Of `alo-listen`: caller, agent. Of `alo-phone`: microphone, what is played. */
  levels: [number, number];
}

/** From `alo-phone`: 20 ms of the microphone, silence without one. */
export interface FrameNews {
  type: 'frame';
  samples: Float32Array<ArrayBuffer>;
}

export interface MarkNews {
  type: 'mark';
  name: string;
}

export type PhoneNews = LevelNews | FrameNews | MarkNews;
