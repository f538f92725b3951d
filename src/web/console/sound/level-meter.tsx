import type { Signal } from '@preact/signals';
import './level-meter.css';

/** Loudness is heard by its logarithm: 45 dB below the loudest is an empty meter. */
const quietestDb = -45;

/** How loud a side is. A picture for the eye alone: it changes too fast to be read aloud. */
export function LevelMeter({ label, level }: { label: string; level: Signal<number> }) {
  const db = 20 * Math.log10(Math.max(level.value, 1e-6));
  const part = Math.max(0, Math.min(1, 1 - db / quietestDb));
  return (
    <div class="level-meter" aria-hidden="true">
      <span>{label}</span>
      <i>
        <b style={{ width: `${Math.round(part * 100)}%` }} data-level={level.value.toFixed(4)} />
      </i>
    </div>
  );
}
