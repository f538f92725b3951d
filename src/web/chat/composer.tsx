import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { Button } from '../ui/button.tsx';
import { pending, send } from './chat-state.ts';
import { words } from './words.ts';

/** What the server takes of one message, characters. */
const longest = 4_096;

export function Composer() {
  const w = words();
  const id = useId();
  const field = useRef<HTMLTextAreaElement>(null);
  const [text, setText] = useState('');
  const isBusy = pending.value !== undefined;
  useEffect(() => field.current?.focus(), []);
  const submit = async () => {
    const message = text.trim();
    if (message === '' || isBusy) return;
    setText('');
    const isSent = await send(message);
    // What could not be sent is not lost; what was written meanwhile neither.
    if (!isSent) setText((newer) => newer || message);
    field.current?.focus();
  };
  return (
    <form
      class="chat-composer"
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <label class="unseen" for={id}>
        {w.messageLabel}
      </label>
      <textarea
        id={id}
        ref={field}
        class="control"
        rows={2}
        maxLength={longest}
        value={text}
        placeholder={w.messageLabel}
        aria-describedby={`${id}-hint`}
        onInput={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => {
          // Enter of an input method ends a word, not the message.
          if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
          event.preventDefault();
          void submit();
        }}
      />
      <Button type="submit" look="main" isBusy={isBusy}>
        {w.send}
      </Button>
      <p class="chat-hint small soft" id={`${id}-hint`}>
        {w.messageHint}
      </p>
    </form>
  );
}
