import { useEffect } from 'preact/hooks';
import type { Playback } from './playback.ts';

const keys: Record<string, (playback: Playback) => void> = {
  ' ': (playback) => playback.toggle(),
  k: (playback) => playback.toggle(),
  j: (playback) => playback.skip(-10_000),
  l: (playback) => playback.skip(10_000),
  ArrowLeft: (playback) => playback.skip(-5_000),
  ArrowRight: (playback) => playback.skip(5_000),
};

/** Here a key means what it always means: text is typed, a list is walked, a button is pressed. */
const ownKeys = 'input, textarea, select, dialog, [role="tablist"], [role="menu"]';
const pressedBySpace = 'button, a, summary';

/** The keys of a player, on the whole page. */
export function usePlayerKeys(playback: Playback | undefined): void {
  useEffect(() => {
    if (!playback) return;
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
      const { target } = event;
      if (target instanceof Element) {
        if (target.closest(ownKeys)) return;
        if (event.key === ' ' && target.closest(pressedBySpace)) return;
      }
      const act = keys[event.key.length === 1 ? event.key.toLowerCase() : event.key];
      if (!act) return;
      event.preventDefault();
      act(playback);
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, [playback]);
}
