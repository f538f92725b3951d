import { connect, type Socket } from 'node:net';
import { audioTail, readStamp, writeStamp } from './audio-stamp.ts';
import type { ModelSession } from './model-session.ts';
import { PlayoutClock } from './playout-clock.ts';
import { nowUs, type Tally } from './tally.ts';
import {
  FrameReader,
  maskedFrame,
  opcodes,
  type ReceivedFrame,
  textOf,
  upgrade,
} from './websocket-wire.ts';
import { frameMs } from './wheel.ts';

/** μ-law bytes of one caller frame. */
const frameBytes = frameMs * 8;
const frameTail = audioTail(frameBytes);

export interface StreamAddress {
  port: number;
  headers: Record<string, string>;
  callSid: string;
  accountSid: string;
  parameters: Record<string, string>;
}

/** One caller at the carrier: 50 frames a second in, agent audio played on a clock, marks and `clear` as Twilio has them. */
export class CarrierCall {
  /** The conversation at the model that hears this call. */
  session: ModelSession | undefined;
  isOpen = false;
  readonly #index: number;
  readonly #streamSid: string;
  readonly #tally: Tally;
  readonly #socket: Socket;
  readonly #playout = new PlayoutClock();
  readonly #reader = new FrameReader((frame) => this.#receive(frame));
  #frames = 0;
  #messages = 1;
  #stopping = false;

  private constructor(index: number, tally: Tally, socket: Socket) {
    this.#index = index;
    this.#streamSid = `MZ${String(index).padStart(32, '0')}`;
    this.#tally = tally;
    this.#socket = socket;
    socket.on('error', () => {});
    socket.on('close', () => {
      if (this.isOpen && !this.#stopping) this.#tally.callsLost += 1;
      this.isOpen = false;
    });
  }

  static async open(index: number, tally: Tally, address: StreamAddress): Promise<CarrierCall> {
    const socket = connect({ host: '127.0.0.1', port: address.port, noDelay: true });
    const call = new CarrierCall(index, tally, socket);
    const first = await upgrade(socket, {
      host: `127.0.0.1:${address.port}`,
      path: '/media-stream',
      headers: address.headers,
    });
    call.isOpen = true;
    if (first.length > 0) call.#reader.read(first);
    socket.on('data', (chunk) => call.#reader.read(chunk));
    call.#start(address);
    return call;
  }

  frame(): void {
    if (!this.isOpen || this.#stopping) return;
    const sentAtUs = nowUs();
    this.#frames += 1;
    const payload = writeStamp(this.#index, this.#frames, sentAtUs) + frameTail;
    this.#tally.sent(this.#tally.toModel, sentAtUs);
    this.#send(
      `{"event":"media","sequenceNumber":"${this.#next()}","media":{"track":"inbound","chunk":"${this.#frames}","timestamp":"${(this.#frames - 1) * frameMs}","payload":"${payload}"},"streamSid":"${this.#streamSid}"}`,
    );
  }

  step(nowMs: number): void {
    if (this.#playout.nextMarkMs > nowMs) return;
    for (const name of this.#playout.takeMarks(nowMs)) this.#returnMark(name);
  }

  /** The caller hangs up. */
  stop(): void {
    if (!this.isOpen) return;
    this.#stopping = true;
    const stop = { accountSid: '', callSid: '' };
    this.#sendEvent({ event: 'stop', stop });
  }

  destroy(): void {
    this.#stopping = true;
    this.#socket.destroy();
  }

  #start({ callSid, accountSid, parameters }: StreamAddress): void {
    this.#send('{"event":"connected","protocol":"Call","version":"1.0.0"}');
    this.#sendEvent({
      event: 'start',
      start: {
        accountSid,
        streamSid: this.#streamSid,
        callSid,
        tracks: ['inbound'],
        mediaFormat: { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 },
        customParameters: parameters,
      },
    });
  }

  #receive(frame: ReceivedFrame): void {
    if (frame.opcode === opcodes.ping) {
      this.#socket.write(maskedFrame(textOf(frame), opcodes.pong));
    } else if (frame.opcode === opcodes.close) {
      this.#socket.end(maskedFrame('', opcodes.close));
    } else if (frame.opcode === opcodes.text) this.#obey(textOf(frame));
  }

  #obey(text: string): void {
    const nowMs = performance.now();
    const message = JSON.parse(text) as {
      event: string;
      media?: { payload: string };
      mark?: { name: string };
    };
    if (message.event === 'media') this.#hear(message.media?.payload ?? '', nowMs);
    else if (message.event === 'mark') this.#playout.mark(message.mark?.name ?? '', nowMs);
    else if (message.event === 'clear') {
      const { marks, played } = this.#playout.clear(nowMs);
      this.session?.cleared(played);
      for (const name of marks) this.#returnMark(name);
    }
  }

  #hear(payload: string, nowMs: number): void {
    const padding = payload.endsWith('==') ? 2 : payload.endsWith('=') ? 1 : 0;
    const bytes = (payload.length / 4) * 3 - padding;
    const stamp = readStamp(payload, 0);
    // Nothing but the model's audio is stamped; a shipped prompt is played all the same.
    this.#playout.audio(stamp ? Math.floor(stamp.sequence / 100) : 0, bytes, nowMs);
    if (stamp) this.#tally.received(this.#tally.toCaller, stamp.sentAtUs, nowMs * 1_000);
  }

  #returnMark(name: string): void {
    this.#sendEvent({ event: 'mark', mark: { name } });
  }

  #sendEvent(event: Record<string, unknown>): void {
    const sequenceNumber = String(this.#next());
    this.#send(JSON.stringify({ ...event, sequenceNumber, streamSid: this.#streamSid }));
  }

  #next(): number {
    this.#messages += 1;
    return this.#messages;
  }

  #send(text: string): void {
    if (this.#socket.writable) this.#socket.write(maskedFrame(text));
  }
}
