import { Fragment } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { ConversationLineView, DeliveryView } from '../../../../console/conversation-view.ts';
import { dayText, timeText } from '../../../ui/formats.ts';
import { Icon } from '../../../ui/icons.tsx';
import { deliveryHelp, deliveryIcon, deliveryText, deliveryTone } from './delivery-words.ts';
import { words } from './words.ts';

/** New lines are read aloud; the end stays in sight unless somebody has scrolled up. */
export function MessageList({
  lines,
  timeZone,
}: {
  lines: readonly ConversationLineView[];
  timeZone: string | undefined;
}) {
  const w = words();
  const frame = useRef<HTMLDivElement>(null);
  const follows = useRef(true);
  useEffect(() => {
    const element = frame.current;
    if (element && follows.current && lines.length > 0) element.scrollTop = element.scrollHeight;
  }, [lines]);
  return (
    <div
      ref={frame}
      class="conversations-messages"
      role="log"
      aria-label={w.transcript}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and the keyboard must be able to.
      tabIndex={0}
      onScroll={({ currentTarget: { scrollHeight, scrollTop, clientHeight } }) => {
        follows.current = scrollHeight - scrollTop - clientHeight < 40;
      }}
    >
      {lines.length === 0 && <p class="soft">{w.nothingYet}</p>}
      {lines.map((line, at) => {
        const day = dayText(line.at, timeZone);
        const before = lines[at - 1];
        const isNewDay = before === undefined || dayText(before.at, timeZone) !== day;
        return (
          <Fragment key={`${at} ${line.at}`}>
            {isNewDay && <p class="conversations-day soft small">{day}</p>}
            <Line line={line} timeZone={timeZone} />
          </Fragment>
        );
      })}
    </div>
  );
}

function Line({ line, timeZone }: { line: ConversationLineView; timeZone: string | undefined }) {
  const w = words();
  const { at, who, text, by, file, delivery } = line;
  const time = (
    <time class="figures" dateTime={at}>
      {timeText(at, timeZone)}
    </time>
  );
  if (who === 'note')
    return (
      <p class="conversations-note small">
        <Icon name="info" />
        <span>
          {w.note} · {time}
          <br />
          {text}
        </span>
      </p>
    );
  const name = { sender: w.sender, agent: w.agent, staff: by ? `${w.team} · ${by}` : w.team }[who];
  return (
    <div class={`conversations-bubble ${who}`}>
      <p class="conversations-by small">
        <strong>{name}</strong> <span class="soft">{time}</span>
      </p>
      {file && (
        <p class="row soft">
          <Icon name={file === 'voice-note' ? 'microphone' : 'script'} />
          {w[file]} · {fileText(file, text)}
        </p>
      )}
      {text && <p class="conversations-text">{text}</p>}
      {delivery && <Delivery delivery={delivery} />}
    </div>
  );
}

/** Voice notes become words; what else came is not opened. */
function fileText(file: NonNullable<ConversationLineView['file']>, text: string): string {
  const w = words();
  if (file !== 'voice-note') return w.noFile;
  return text === '' ? w.beingHeard : w.inWords;
}

function Delivery({ delivery }: { delivery: DeliveryView }) {
  const help = deliveryHelp(delivery);
  return (
    <p class={`conversations-delivery small ${deliveryTone(delivery)} ${delivery.state}`}>
      <Icon name={deliveryIcon(delivery)} />
      <span>
        {deliveryText(delivery)}
        {help && ` · ${help}`}
      </span>
    </p>
  );
}
