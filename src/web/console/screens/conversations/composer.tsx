import { signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { Button } from '../../../ui/button.tsx';
import { TextArea } from '../../../ui/field.tsx';
import { useAction } from '../../../ui/use-action.ts';
import { words } from './words.ts';

const longestMessage = 4_000;

/** What is being written, by conversation: kept while somebody looks at another one, forgotten with the page. */
const drafts = signal<ReadonlyMap<string, string>>(new Map());

function keepDraft(id: string, text: string): void {
  const next = new Map(drafts.value);
  if (text === '') next.delete(id);
  else next.set(id, text);
  drafts.value = next;
}

const isUnderFinger = () => matchMedia('(pointer: coarse)').matches;

/** Where staff write. What was not sent stays. */
export function Composer({ id, send }: { id: string; send: (text: string) => Promise<unknown> }) {
  const w = words();
  const form = useRef<HTMLFormElement>(null);
  const text = drafts.value.get(id) ?? '';
  useEffect(() => {
    // Under a finger the keyboard would cover what is to be read first.
    if (!isUnderFinger()) form.current?.querySelector('textarea')?.focus();
  }, [id]);
  const action = useAction(async () => {
    const wrote = text.trim();
    if (wrote === '') return;
    await send(wrote);
    // Whoever went on writing meanwhile keeps that.
    if (drafts.value.get(id) === text) keepDraft(id, '');
  });
  const onKeyDown = (event: KeyboardEvent) => {
    const isPlain = !event.shiftKey && !event.ctrlKey && !event.altKey && !event.isComposing;
    // Under a finger there is no Shift: the key begins a new line, the button sends.
    if (event.key !== 'Enter' || !isPlain || isUnderFinger()) return;
    event.preventDefault();
    void action.run();
  };
  return (
    <form
      ref={form}
      class="conversations-composer"
      onSubmit={(event) => {
        event.preventDefault();
        void action.run();
      }}
    >
      <TextArea
        label={w.draft}
        hint={isUnderFinger() ? undefined : w.draftHint}
        rows={3}
        maxLength={longestMessage}
        value={text}
        onValue={(value) => keepDraft(id, value)}
        onKeyDown={onKeyDown}
      />
      <Button
        type="submit"
        look="main"
        icon="chat"
        isBusy={action.isRunning}
        disabled={text.trim() === ''}
      >
        {w.send}
      </Button>
    </form>
  );
}
