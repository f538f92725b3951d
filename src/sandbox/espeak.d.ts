/** What this project uses of two packages that ship no types. */
declare module '@echogarden/espeak-ng-emscripten' {
  export interface ESpeakWorker {
    /** @returns 0 on success */
    set_voice(name: string): number;
    /** Words per minute, 80–450; 175 is the default. */
    set_rate(wordsPerMinute: number): void;
    /** 0–99; 50 is the default. */
    set_pitch(pitch: number): void;
    /** Liveliness of the melody, 0–99. */
    set_range(range: number): void;
    get_samplerate(): number;
    /** Calls back with 16-bit mono samples as they are made; the callback returns true to stop. */
    synthesize(text: string, onAudio: (samples: Int16Array | null) => boolean): void;
  }
  const load: () => Promise<{ eSpeakNGWorker: new () => ESpeakWorker }>;
  export default load;
}

declare module '@echogarden/fvad-wasm' {
  export interface FvadModule {
    HEAP16: Int16Array;
    _malloc(bytes: number): number;
    _free(pointer: number): void;
    _fvad_new(): number;
    _fvad_free(detector: number): void;
    /** 0 (quality) to 3 (very aggressive); 0 on success. */
    _fvad_set_mode(detector: number, mode: number): number;
    _fvad_set_sample_rate(detector: number, hertz: number): number;
    /** 1 voice, 0 none, −1 invalid length; `samples` is 10, 20 or 30 ms. */
    _fvad_process(detector: number, pointer: number, samples: number): number;
  }
  const load: () => Promise<FvadModule>;
  export default load;
}
