import type { ListenOrder, PhoneNews, PhoneOrder } from './sound-message.ts';

/** Runs in the audio thread; nothing here may wait or make much garbage. */

interface Processor {
  readonly port: MessagePort;
}
declare const AudioWorkletProcessor: { new (): Processor };
declare function registerProcessor(name: string, processor: new () => Processor): void;

/** Played this much later than it happened, so that pieces that come late or in bunches leave no hole. */
const delaySamples = 350 * 8;
/** A power of two: four seconds. */
const ringSamples = 32_768;
const levelEvery = 800;
const frameSamples = 160;
/** Ten minutes: as much as the telephone company keeps. */
const mostQueued = 600 * 8_000;

/** Two sides of a call on its clock. What never comes is silence. */
class ListenProcessor extends AudioWorkletProcessor {
  readonly #left = new Float32Array(ringSamples);
  readonly #right = new Float32Array(ringSamples);
  #at: number | undefined;
  #sums: [number, number] = [0, 0];
  #counted = 0;

  constructor() {
    super();
    this.port.onmessage = ({ data }: MessageEvent<ListenOrder>) => this.#place(data);
  }

  #place({ channel, at, samples }: ListenOrder): void {
    const isAhead = this.#at !== undefined && at + samples.length > this.#at + ringSamples;
    const isBehind = this.#at !== undefined && at + samples.length < this.#at - ringSamples;
    if (this.#at === undefined || isAhead || isBehind) {
      this.#left.fill(0);
      this.#right.fill(0);
      this.#at = at - delaySamples;
    }
    for (let i = 0; i < samples.length; i++) {
      const place = at + i;
      if (place < this.#at) continue;
      const sample = samples[i] ?? 0;
      if (channel !== 'right') this.#left[place & (ringSamples - 1)] = sample;
      if (channel !== 'left') this.#right[place & (ringSamples - 1)] = sample;
    }
  }

  process(_inputs: Float32Array[][], outputs: Float32Array[][]): boolean {
    const [left, right] = outputs[0] ?? [];
    if (!left || this.#at === undefined) return true;
    for (let i = 0; i < left.length; i++) {
      const place = (this.#at + i) & (ringSamples - 1);
      const [l = 0, r = 0] = [this.#left[place], this.#right[place]];
      this.#left[place] = 0;
      this.#right[place] = 0;
      left[i] = l;
      if (right) right[i] = r;
      this.#sums[0] += l * l;
      this.#sums[1] += r * r;
    }
    this.#at += left.length;
    this.#counted += left.length;
    if (this.#counted < levelEvery) return true;
    const levels: [number, number] = [
      Math.sqrt(this.#sums[0] / this.#counted),
      Math.sqrt(this.#sums[1] / this.#counted),
    ];
    this.#sums = [0, 0];
    this.#counted = 0;
    this.port.postMessage({ type: 'level', levels } satisfies PhoneNews);
    return true;
  }
}

/** A telephone: frames of the microphone out, one queue of sound with marks in. */
class PhoneProcessor extends AudioWorkletProcessor {
  #queue: (Float32Array<ArrayBuffer> | string)[] = [];
  #queued = 0;
  #offset = 0;
  #frame = new Float32Array(frameSamples);
  #filled = 0;
  #sums: [number, number] = [0, 0];
  #counted = 0;

  constructor() {
    super();
    this.port.onmessage = ({ data }: MessageEvent<PhoneOrder>) => this.#take(data);
  }

  #take(order: PhoneOrder): void {
    if (order.type === 'clear') {
      const marks = this.#queue.filter((one) => typeof one === 'string');
      this.#queue = [];
      this.#queued = 0;
      this.#offset = 0;
      // As the telephone company does: marks of what was thrown away come back, too.
      for (const name of marks) this.#tell({ type: 'mark', name });
    } else if (order.type === 'mark') {
      this.#queue.push(order.name);
      this.#passMarks();
    } else if (this.#queued + order.samples.length <= mostQueued) {
      this.#queue.push(order.samples);
      this.#queued += order.samples.length;
    }
  }

  process(inputs: Float32Array[][], outputs: Float32Array[][]): boolean {
    const input = inputs[0]?.[0];
    const output = outputs[0]?.[0];
    if (!output) return true;
    for (let i = 0; i < output.length; i++) {
      const played = this.#next();
      const spoken = input?.[i] ?? 0;
      output[i] = played;
      this.#sums[0] += spoken * spoken;
      this.#sums[1] += played * played;
      this.#frame[this.#filled] = spoken;
      this.#filled += 1;
      if (this.#filled === frameSamples) this.#sendFrame();
    }
    this.#counted += output.length;
    if (this.#counted >= levelEvery) this.#sendLevels();
    return true;
  }

  #next(): number {
    const [first] = this.#queue;
    if (first === undefined || typeof first === 'string') return 0;
    const sample = first[this.#offset] ?? 0;
    this.#offset += 1;
    this.#queued -= 1;
    if (this.#offset >= first.length) {
      this.#queue.shift();
      this.#offset = 0;
      this.#passMarks();
    }
    return sample;
  }

  #passMarks(): void {
    for (let [first] = this.#queue; typeof first === 'string'; [first] = this.#queue) {
      this.#queue.shift();
      this.#tell({ type: 'mark', name: first });
    }
  }

  #sendFrame(): void {
    const samples = this.#frame;
    this.#frame = new Float32Array(frameSamples);
    this.#filled = 0;
    this.#tell({ type: 'frame', samples });
  }

  #sendLevels(): void {
    const [spoken, played] = this.#sums;
    const levels: [number, number] = [
      Math.sqrt(spoken / this.#counted),
      Math.sqrt(played / this.#counted),
    ];
    this.#sums = [0, 0];
    this.#counted = 0;
    this.#tell({ type: 'level', levels });
  }

  #tell(news: PhoneNews): void {
    this.port.postMessage(news);
  }
}

registerProcessor('alo-listen', ListenProcessor);
registerProcessor('alo-phone', PhoneProcessor);
