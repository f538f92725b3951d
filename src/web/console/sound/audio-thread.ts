import workletUrl from './sound-worklet.ts?worker&url';
import { sampleRate } from './ulaw.ts';

/** The browser's sound at the telephone's rate, with a processor of ours in it. Call it from a press of a button. */
export interface AudioThread {
  node: AudioWorkletNode;
  /** The microphone goes into the processor, until `close`. */
  openMicrophone(): Promise<void>;
  mute(isMuted: boolean): void;
  close(): void;
}

export async function openAudioThread(processor: 'alo-listen' | 'alo-phone'): Promise<AudioThread> {
  const context = new AudioContext({ sampleRate, latencyHint: 'interactive' });
  await context.audioWorklet.addModule(workletUrl);
  const node = new AudioWorkletNode(context, processor, {
    numberOfInputs: 1,
    numberOfOutputs: 1,
    outputChannelCount: [processor === 'alo-listen' ? 2 : 1],
  });
  node.connect(context.destination);
  await context.resume();
  let stream: MediaStream | undefined;
  return {
    node,
    async openMicrophone() {
      stream = await navigator.mediaDevices.getUserMedia({
        audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true },
      });
      context.createMediaStreamSource(stream).connect(node);
    },
    mute(isMuted) {
      for (const track of stream?.getAudioTracks() ?? []) track.enabled = !isMuted;
    },
    close() {
      for (const track of stream?.getTracks() ?? []) track.stop();
      node.disconnect();
      void context.close();
    },
  };
}

/** `ws:` or `wss:`, at our own server. */
export function socketAddress(path: string): string {
  return `${location.origin.replace(/^http/, 'ws')}/console/api${path}`;
}
