import { effect, useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { CallDetailView, PeaksView } from '../../../../console/recordings-view.ts';
import { durationText } from '../../../ui/formats.ts';
import { theme } from '../../../ui/theme.ts';
import { detailWords } from './detail-words.ts';
import type { Playback } from './playback.ts';

/** What the arrows move, ms; up and down as far as left and right. */
const stepMs = 5_000;
const pageMs = 30_000;
const steps: Record<string, number> = {
  ArrowLeft: -stepMs,
  ArrowDown: -stepMs,
  ArrowRight: stepMs,
  ArrowUp: stepMs,
  PageUp: pageMs,
  PageDown: -pageMs,
};

interface WaveformParts {
  playback: Playback;
  peaks: PeaksView;
  call: Pick<CallDetailView, 'lines' | 'tools'>;
}

/**
 * Caller above, agent below, on one clock; a click or the arrows go somewhere. Drawn here and not by a library: those write
 * styles and markup from text, which the page's policy forbids.
 */
export function Waveform({ playback, peaks, call }: WaveformParts) {
  const w = detailWords();
  const canvas = useRef<HTMLCanvasElement>(null);
  const second = useSignal(0);
  useEffect(() => {
    const surface = canvas.current;
    if (!surface) return;
    const draw = () => drawWaveform(surface, { peaks, call, atMs: playback.positionMs.value });
    const resized = new ResizeObserver(draw);
    resized.observe(surface);
    const stop = effect(() => {
      second.value = Math.floor(playback.positionMs.value / 1_000);
      // Colours are read anew when the appearance changes.
      void theme.value;
      draw();
    });
    return () => {
      stop();
      resized.disconnect();
    };
  }, [playback, peaks, call]);
  const total = durationText(peaks.durationMs);
  const onKeyDown = (event: KeyboardEvent) => {
    const step = steps[event.key];
    if (step !== undefined) playback.skip(step);
    else if (event.key === 'Home') playback.seek(0);
    else if (event.key === 'End') playback.seek(peaks.durationMs);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div class="recordings-wave">
      <div class="recordings-lanes" aria-hidden="true">
        <span class="recordings-caller">{w.caller}</span>
        <span class="recordings-agent">{w.agent}</span>
      </div>
      <canvas
        ref={canvas}
        class="recordings-canvas"
        role="slider"
        tabIndex={0}
        aria-label={w.waveform}
        aria-valuemin={0}
        aria-valuemax={Math.round(peaks.durationMs / 1_000)}
        aria-valuenow={second.value}
        aria-valuetext={w.ofTotal(durationText(second.value * 1_000), total)}
        onKeyDown={onKeyDown}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          playback.seek(placeOf(event, peaks.durationMs));
        }}
        onPointerMove={(event) => {
          if (event.buttons > 0) playback.seek(placeOf(event, peaks.durationMs));
        }}
      />
    </div>
  );
}

function placeOf(event: PointerEvent & { currentTarget: HTMLElement }, durationMs: number): number {
  const { left, width } = event.currentTarget.getBoundingClientRect();
  return ((event.clientX - left) / width) * durationMs;
}

interface Drawing {
  peaks: PeaksView;
  call: Pick<CallDetailView, 'lines' | 'tools'>;
  atMs: number;
}

/** Pixels of one bar and the gap behind it. */
const barPx = 2;
const gapPx = 1;
/** Height of the strip between the lanes where tools and interruptions are marked. */
const stripPx = 8;

function drawWaveform(canvas: HTMLCanvasElement, { peaks, call, atMs }: Drawing): void {
  const context = canvas.getContext('2d');
  const { clientWidth: width, clientHeight: height } = canvas;
  if (!context || width === 0) return;
  const scale = devicePixelRatio;
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  context.scale(scale, scale);
  const ink = colourReader(canvas);
  const at = (atMs / Math.max(1, peaks.durationMs)) * width;
  const laneHeight = (height - stripPx) / 2;
  const lanes = [
    { peaks: peaks.caller, middle: laneHeight / 2, colour: ink('--info') },
    { peaks: peaks.agent, middle: height - laneHeight / 2, colour: ink('--accent') },
  ];
  for (const lane of lanes) {
    context.fillStyle = lane.colour;
    for (let x = 0; x < width; x += barPx + gapPx) {
      const level = loudestIn(lane.peaks, x / width, (x + barPx + gapPx) / width) / 100;
      const tall = Math.max(1, Math.sqrt(level) * laneHeight * 0.94);
      // What was heard already is darker.
      context.globalAlpha = x <= at ? 1 : 0.45;
      context.fillRect(x, lane.middle - tall / 2, barPx, tall);
    }
  }
  context.globalAlpha = 1;
  const xOf = (ms: number) => (ms / Math.max(1, peaks.durationMs)) * width;
  context.fillStyle = ink('--text-soft');
  for (const { atMs: usedMs } of call.tools)
    context.fillRect(xOf(usedMs) - 1.5, laneHeight + 1, 3, stripPx - 2);
  context.fillStyle = ink('--warn');
  for (const line of call.lines) {
    if (!line.interrupted) continue;
    const x = xOf(line.endMs ?? line.startMs);
    context.beginPath();
    context.moveTo(x - 5, laneHeight + stripPx);
    context.lineTo(x + 5, laneHeight + stripPx);
    context.lineTo(x, laneHeight);
    context.fill();
  }
  context.fillStyle = ink('--text');
  context.fillRect(at - 1, 0, 2, height);
}

/** Tokens are `light-dark()` pairs, which a canvas does not read: the browser says what they are just now. */
function colourReader(canvas: HTMLCanvasElement): (token: string) => string {
  return (token) => {
    canvas.style.color = `var(${token})`;
    const { color } = getComputedStyle(canvas);
    canvas.style.color = '';
    return color;
  };
}

function loudestIn(peaks: readonly number[], from: number, to: number): number {
  let loudest = 0;
  const last = Math.max(Math.ceil(to * peaks.length), Math.floor(from * peaks.length) + 1);
  for (let at = Math.floor(from * peaks.length); at < last; at += 1)
    loudest = Math.max(loudest, peaks[at] ?? 0);
  return loudest;
}
