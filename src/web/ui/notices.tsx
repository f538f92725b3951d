import { signal } from '@preact/signals';
import { IconButton } from './button.tsx';
import { uiWords } from './ui-words.ts';

export interface Notice {
  id: string;
  kind: 'good' | 'bad' | 'info';
  text: string;
}

/** Long enough to read two lines; trouble stays until it is closed. */
const shownMs = 6_000;
/** More at once would hide the page. */
const mostNotices = 4;

const notices = signal<readonly Notice[]>([]);

/** Tells what just happened, at the edge of the page and to screen readers. */
export function notify(kind: Notice['kind'], text: string): void {
  const id = crypto.randomUUID();
  notices.value = [...notices.value, { id, kind, text }].slice(-mostNotices);
  if (kind !== 'bad') setTimeout(() => dismiss(id), shownMs);
}

export function dismiss(id: string): void {
  notices.value = notices.value.filter((notice) => notice.id !== id);
}

/** Drawn once, at the end of the page. */
export function Notices() {
  return (
    <section class="notices no-print" aria-label={uiWords().notices} aria-live="polite">
      {notices.value.map(({ id, kind, text }) => (
        <div key={id} class={`notice ${kind}`}>
          <p>{text}</p>
          <IconButton icon="close" label={uiWords().close} onClick={() => dismiss(id)} />
        </div>
      ))}
    </section>
  );
}
