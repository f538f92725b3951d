import { signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { Button } from '../../../ui/button.tsx';
import { TextArea } from '../../../ui/field.tsx';
import { useAction } from '../../../ui/use-action.ts';
import { person } from '../../session.ts';
import { words } from './words.ts';

const longestMessage = 4_000;

/** What is being written, by person and conversation: kept while they look at another one, forgotten with the page. */
const drafts = signal<ReadonlyMap<string, string>>(new Map());

function keepDraft(key: string, text: string): void {
  const next = new Map(drafts.value);
  if (text === '') next.delete(key);
  else next.set(key, text);
  drafts.value = next;
}

const isUnderFinger = () => matchMedia('(pointer: coarse)').matches;

/** Where staff write. What was not sent stays. */
export function Composer({ id, send }: { id: string; send: (text: string) => Promise<unknown> }) {
  const w = words();
  const form = useRef<HTMLFormElement>(null);
  // Whoever signs in after somebody on the same page does not find what they wrote.
  const key = `${person.value?.userId} ${id}`;
  const text = drafts.value.get(key) ?? '';
  useEffect(() => {
    // Under a finger the keyboard would cover what is to be read first.
    if (!isUnderFinger()) form.current?.querySelector('textarea')?.focus();
  }, [id]);
  const action = useAction(async () => {
    const wrote = text.trim();
    if (wrote === '') return;
    await send(wrote);
    // Whoever went on writing meanwhile keeps that.
    if (drafts.value.get(key) === text) keepDraft(key, '');
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
        onValue={(value) => keepDraft(key, value)}
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
