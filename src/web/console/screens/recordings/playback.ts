import { type ReadonlySignal, type Signal, signal } from '@preact/signals';

export const speeds = [0.75, 1, 1.25, 1.5, 2] as const;

/** One recording that is being listened to. Positions are milliseconds on the recording's clock. */
export interface Playback {
  readonly audio: HTMLAudioElement;
  readonly durationMs: number;
  readonly positionMs: ReadonlySignal<number>;
  readonly isPlaying: ReadonlySignal<boolean>;
  readonly speed: Signal<number>;
  /** The browser could not go on: the address does not answer any more, or not in sound. */
  readonly hasFailed: ReadonlySignal<boolean>;
  play(): void;
  toggle(): void;
  seek(ms: number): void;
  skip(ms: number): void;
  setSpeed(speed: number): void;
  close(): void;
}

export function createPlayback(url: string, durationMs: number, startMs: number): Playback {
  const audio = document.createElement('audio');
  audio.preload = 'auto';
  audio.src = url;
  const positionMs = signal(startMs);
  const isPlaying = signal(false);
  const hasFailed = signal(false);
  const speed = signal(1);
  let frame = 0;
  const look = () => {
    positionMs.value = audio.currentTime * 1_000;
  };
  const run = () => {
    look();
    frame = requestAnimationFrame(run);
  };
  const stop = () => {
    cancelAnimationFrame(frame);
    isPlaying.value = !audio.paused && !audio.ended;
  };
  const seek = (ms: number) => {
    const place = Math.min(Math.max(0, ms), durationMs);
    positionMs.value = place;
    audio.currentTime = place / 1_000;
  };
  // Before the header is here, there is nothing to go to.
  audio.addEventListener('loadedmetadata', () => seek(positionMs.value), { once: true });
  audio.addEventListener('playing', () => {
    isPlaying.value = true;
    cancelAnimationFrame(frame);
    run();
  });
  for (const event of ['pause', 'ended', 'error']) audio.addEventListener(event, stop);
  audio.addEventListener('seeked', look);
  audio.addEventListener('error', () => {
    hasFailed.value = true;
  });
  // A browser may refuse to play before anybody has touched the page: the button is there.
  const play = () => void audio.play().catch(() => stop());
  return {
    audio,
    durationMs,
    positionMs,
    isPlaying,
    speed,
    hasFailed,
    play,
    toggle: () => (audio.paused ? play() : audio.pause()),
    seek,
    skip: (ms) => seek(positionMs.value + ms),
    setSpeed(next) {
      speed.value = next;
      audio.playbackRate = next;
    },
    close() {
      cancelAnimationFrame(frame);
      audio.pause();
      audio.removeAttribute('src');
      audio.load();
      audio.remove();
    },
  };
}
