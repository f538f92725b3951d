import { useLayoutEffect, useRef } from 'preact/hooks';
import type { ChatLineView } from '../../messaging/chat-view.ts';
import { language, locales } from '../ui/language.ts';
import { history, lines, pending } from './chat-state.ts';
import { words } from './words.ts';

/** What was said, the newest below and in sight. Read aloud when it is whole, not word by word. */
export function Messages() {
  const w = words();
  const list = useRef<HTMLDivElement>(null);
  const now = pending.value;
  const script = history.value?.script;
  const end = `${lines.value.length} ${now?.answer.length ?? ''}`;
  useLayoutEffect(() => {
    if (list.current) list.current.scrollTop = list.current.scrollHeight;
  }, [end]);
  return (
    <>
      <div
        class="chat-lines"
        ref={list}
        role="log"
        aria-label={w.conversation}
        aria-live="polite"
        aria-busy={now ? 'true' : 'false'}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it.
        tabIndex={0}
      >
        <p class="chat-note small">
          {w.isMachine} {w.noSecrets}
        </p>
        {lines.value.map((line) => (
          <Line key={`${line.at} ${line.who} ${line.text.slice(0, 20)}`} line={line} />
        ))}
        {now && <Line line={{ who: 'me', text: now.message, at: '' }} />}
        {now && (
          <Line
            line={{ who: 'agent', text: now.answer || w.writing, at: '' }}
            isWaiting={!now.answer}
          />
        )}
      </div>
      {history.value?.isHeld && (
        <p class="chat-held" role="status">
          {w.held}
        </p>
      )}
      {script && !history.value?.isHeld && (
        <p class="chat-step small soft">{w.step(script.name, script.step, script.of)}</p>
      )}
    </>
  );
}

function Line({
  line: { who, text, at },
  isWaiting = false,
}: {
  line: ChatLineView;
  isWaiting?: boolean;
}) {
  const w = words();
  const speaker = { me: w.you, agent: w.assistant, staff: w.person }[who];
  return (
    <article class={`chat-line ${who}${isWaiting ? ' waiting' : ''}`}>
      <p class="chat-who small soft">
        {speaker}
        {at && <time dateTime={at}> {hourOf(at)}</time>}
      </p>
      <p class="chat-text">{text}</p>
    </article>
  );
}

/** By the reader's own clock: they look at the one on their wall. */
function hourOf(at: string): string {
  return new Date(at).toLocaleTimeString(locales[language.value], {
    hour: '2-digit',
    minute: '2-digit',
  });
}
