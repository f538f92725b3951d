import { signal } from '@preact/signals';
import type { SoftphoneCall, SoftphoneOrder } from '../../../../console/softphone-view.ts';
import { type AudioThread, openAudioThread, socketAddress } from '../../sound/audio-thread.ts';
import type { PhoneNews, PhoneOrder } from '../../sound/sound-message.ts';
import { fromBase64, fromUlaw, toBase64, toUlaw, ulawSilence } from '../../sound/ulaw.ts';

export type PhoneState = 'idle' | 'calling' | 'on-line' | 'over' | 'lost';

const frameBytes = 160;
const frameMs = 20;
/** Keys that were pressed at once go out one after the other, ms. */
const keyEveryMs = 160;

type FromServer =
  | { event: 'media'; media: { payload: string } }
  | { event: 'mark'; mark: { name: string } }
  | { event: 'clear' }
  | SoftphoneOrder;

/**
 * A telephone in the page. To the server it is the telephone company's media stream: frames of 20 ms by the sound
 * hardware's clock, marks that come back when the sound before them was really played, and `clear`.
 */
export class Phone {
  readonly state = signal<PhoneState>('idle');
  /** Our id of the call, as in the live feed. */
  readonly callId = signal<string | undefined>(undefined);
  readonly spokenLevel = signal(0);
  readonly heardLevel = signal(0);
  readonly isMuted = signal(false);
  #thread: AudioThread | undefined;
  #socket: WebSocket | undefined;
  #call: SoftphoneCall | undefined;
  #sequence = 0;
  #frames = 0;
  #typed: Uint8Array[] = [];
  #keys: number[] = [];

  /** @param announce asks the server for a call, once there is sound */
  async dial(announce: () => Promise<SoftphoneCall>, withMicrophone: boolean): Promise<void> {
    this.state.value = 'calling';
    try {
      this.#thread = await openAudioThread('alo-phone');
      if (withMicrophone) await this.#thread.openMicrophone();
      this.#call = await announce();
    } catch (error) {
      this.#finish('idle');
      throw error;
    }
    this.callId.value = this.#call.id;
    this.#connect(this.#call, this.#thread);
  }

  hangUp(): void {
    const { callSid, accountSid } = this.#call ?? {};
    this.#send({ event: 'stop', stop: { accountSid, callSid } });
    this.#finish('over');
  }

  mute(isMuted: boolean): void {
    this.isMuted.value = isMuted;
    this.#thread?.mute(isMuted);
  }

  press(keys: string): void {
    for (const [at, digit] of [...keys].entries()) {
      const timer = window.setTimeout(
        () => this.#send({ event: 'dtmf', dtmf: { track: 'inbound_track', digit } }),
        at * keyEveryMs,
      );
      this.#keys.push(timer);
    }
  }

  #connect(call: SoftphoneCall, thread: AudioThread): void {
    const socket = new WebSocket(socketAddress('/softphone/stream'));
    this.#socket = socket;
    socket.onopen = () => {
      socket.send(JSON.stringify({ event: 'connected', protocol: 'Call', version: '1.0.0' }));
      this.#start(call);
      this.state.value = 'on-line';
    };
    socket.onmessage = ({ data }) => {
      if (typeof data === 'string') this.#take(JSON.parse(data) as FromServer);
    };
    socket.onclose = ({ code }) => {
      if (socket === this.#socket) this.#finish(code === 1000 ? 'over' : 'lost');
    };
    thread.node.port.onmessage = ({ data }: MessageEvent<PhoneNews>) => {
      if (data.type === 'frame') this.#frame(data.samples);
      if (data.type === 'mark') this.#send({ event: 'mark', mark: { name: data.name } });
      if (data.type === 'level') this.#levels(data.levels);
    };
  }

  #start({ accountSid, callSid, streamSid, token }: SoftphoneCall): void {
    const mediaFormat = { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 };
    const customParameters = { token };
    this.#send({
      event: 'start',
      start: { accountSid, streamSid, callSid, tracks: ['inbound'], mediaFormat, customParameters },
    });
  }

  #take(message: FromServer): void {
    switch (message.event) {
      case 'media':
        return this.#order({ type: 'play', samples: fromUlaw(fromBase64(message.media.payload)) });
      case 'mark':
        return this.#order({ type: 'mark', name: message.mark.name });
      case 'clear':
        return this.#order({ type: 'clear' });
      case 'say':
        this.#typed.push(fromBase64(message.payload));
        return;
      case 'press':
        return this.press(message.keys);
      case 'hang-up':
        return this.hangUp();
    }
  }

  #order(order: PhoneOrder): void {
    this.#thread?.node.port.postMessage(order);
  }

  /** Every 20 ms: what was typed goes before the microphone, byte for byte. */
  #frame(samples: Float32Array<ArrayBuffer>): void {
    const typed = this.#typedFrame();
    if (typed) this.spokenLevel.value = loudnessOf(fromUlaw(typed));
    const ulaw = typed ?? toUlaw(samples);
    const timestamp = String(this.#frames * frameMs);
    this.#frames += 1;
    this.#send({
      event: 'media',
      media: { track: 'inbound', chunk: String(this.#frames), timestamp, payload: toBase64(ulaw) },
    });
  }

  /** While something typed is said, the microphone is not what is sent. */
  #levels([spoken, heard]: [number, number]): void {
    if (this.#typed.length === 0) this.spokenLevel.value = spoken;
    this.heardLevel.value = heard;
  }

  #typedFrame(): Uint8Array | undefined {
    const [first] = this.#typed;
    if (!first) return undefined;
    const frame = new Uint8Array(frameBytes).fill(ulawSilence);
    frame.set(first.subarray(0, frameBytes));
    if (first.length > frameBytes) this.#typed[0] = first.subarray(frameBytes);
    else this.#typed.shift();
    return frame;
  }

  #send(message: { event: string; [part: string]: unknown }): void {
    if (this.#socket?.readyState !== WebSocket.OPEN) return;
    this.#sequence += 1;
    const { event, ...part } = message;
    const sequenceNumber = String(this.#sequence);
    const streamSid = this.#call?.streamSid;
    this.#socket.send(JSON.stringify({ event, sequenceNumber, streamSid, ...part }));
  }

  #finish(state: PhoneState): void {
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.close(1000);
    this.#thread?.close();
    this.#thread = undefined;
    for (const timer of this.#keys.splice(0)) window.clearTimeout(timer);
    this.#typed = [];
    this.#sequence = 0;
    this.#frames = 0;
    this.isMuted.value = false;
    this.spokenLevel.value = 0;
    this.heardLevel.value = 0;
    this.state.value = state;
  }
}

function loudnessOf(samples: Float32Array): number {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  return Math.sqrt(sum / samples.length);
}
