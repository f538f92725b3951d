import { signal } from '@preact/signals';
import { type AudioThread, openAudioThread, socketAddress } from './audio-thread.ts';
import type { ListenOrder, PhoneNews } from './sound-message.ts';
import { fromUlaw, toUlaw } from './ulaw.ts';

/** `over`: the server has closed it, `why` by its code. */
export type SoundState =
  | { state: 'off' }
  | { state: 'opening' }
  | { state: 'on' }
  | { state: 'over'; why: 'ended' | 'not-recorded' | 'signed-out' | 'too-slow' | 'lost' };

const closes: Record<number, 'ended' | 'not-recorded' | 'signed-out' | 'too-slow'> = {
  4000: 'ended',
  4001: 'not-recorded',
  4002: 'signed-out',
  4003: 'too-slow',
};
/** Before the sound, see `toSoundFrame` of the server. */
const headerBytes = 6;

/** The sound of one call in this page: heard only, or spoken with. */
export class CallSound {
  readonly state = signal<SoundState>({ state: 'off' });
  /** 0 to 1. */
  readonly callerLevel = signal(0);
  readonly agentLevel = signal(0);
  readonly microphoneLevel = signal(0);
  readonly isMuted = signal(false);
  #ear: AudioThread | undefined;
  #mouth: AudioThread | undefined;
  #socket: WebSocket | undefined;
  #generation = 0;

  /** Caller left, agent right. Rejects when the browser has no sound for us. */
  listen(callId: string): Promise<void> {
    return this.#open(`/live/${callId}/listen`, () => Promise.resolve());
  }

  /**
   * @param take asks the server for the call, once the microphone is there: the caller does not wait for a question of the
   * browser
   */
  talk(callId: string, take: () => Promise<unknown>): Promise<void> {
    return this.#open(`/live/${callId}/talk`, async () => {
      const mouth = await openAudioThread('alo-phone');
      this.#mouth = mouth;
      await mouth.openMicrophone();
      mouth.node.port.onmessage = ({ data }: MessageEvent<PhoneNews>) => {
        if (data.type === 'level') this.microphoneLevel.value = data.levels[0];
        if (data.type === 'frame') this.#send(toUlaw(data.samples));
      };
      await take();
    });
  }

  mute(isMuted: boolean): void {
    this.isMuted.value = isMuted;
    this.#mouth?.mute(isMuted);
  }

  close(): void {
    this.#finish({ state: 'off' });
  }

  async #open(path: string, prepare: () => Promise<void>): Promise<void> {
    this.close();
    const generation = this.#generation;
    this.state.value = { state: 'opening' };
    try {
      const ear = await openAudioThread('alo-listen');
      this.#ear = ear;
      ear.node.port.onmessage = ({ data }: MessageEvent<PhoneNews>) => {
        if (data.type !== 'level') return;
        [this.callerLevel.value, this.agentLevel.value] = data.levels;
      };
      await prepare();
    } catch (error) {
      this.close();
      throw error;
    }
    if (generation === this.#generation) this.#connect(path);
  }

  #connect(path: string): void {
    const socket = new WebSocket(socketAddress(path));
    socket.binaryType = 'arraybuffer';
    this.#socket = socket;
    socket.onopen = () => {
      this.state.value = { state: 'on' };
    };
    socket.onmessage = ({ data }) => {
      if (data instanceof ArrayBuffer) this.#hear(data);
    };
    socket.onclose = ({ code }) => {
      if (socket === this.#socket) this.#finish({ state: 'over', why: closes[code] ?? 'lost' });
    };
  }

  #hear(data: ArrayBuffer): void {
    const view = new DataView(data);
    const isTalk = this.#mouth !== undefined;
    const side = view.getUint8(0) === 0 ? 'left' : 'right';
    const order: ListenOrder = {
      type: 'place',
      channel: isTalk ? 'both' : side,
      at: view.getUint32(2) * 8,
      samples: fromUlaw(new Uint8Array(data, headerBytes)),
    };
    this.#ear?.node.port.postMessage(order);
  }

  #send(ulaw: Uint8Array<ArrayBuffer>): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(ulaw);
  }

  #finish(state: SoundState): void {
    this.#generation += 1;
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.close();
    this.#ear?.close();
    this.#mouth?.close();
    this.#ear = undefined;
    this.#mouth = undefined;
    this.isMuted.value = false;
    for (const level of [this.callerLevel, this.agentLevel, this.microphoneLevel]) level.value = 0;
    this.state.value = state;
  }
}
