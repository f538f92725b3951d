import type {
  ConversationView,
  OneConversationView,
} from '../../../../console/conversation-view.ts';
import { Callout, Loaded } from '../../../ui/feedback.tsx';
import { momentText } from '../../../ui/formats.ts';
import { useWatched } from '../../../ui/use-watched.ts';
import { api, person } from '../../session.ts';
import { Composer } from './composer.tsx';
import { ConversationActions } from './conversation-actions.tsx';
import { StateBadges } from './conversation-state.tsx';
import { DoneList } from './done-list.tsx';
import { MessageList } from './message-list.tsx';
import { PersonTimeline } from './person-timeline.tsx';
import { ReopenButton } from './reopen-button.tsx';
import { ScriptPanel } from './script-panel.tsx';
import { whoText } from './who-text.ts';
import { words } from './words.ts';

/** How often it is looked for something new, ms. */
const lookMs = 1_500;

/** One conversation: what is said, and what can be done. */
export function ConversationDetail({ id }: { id: string }) {
  const remote = useWatched<OneConversationView>(
    ({ signal, isUnattended, known }) =>
      api('GET', `/conversations/${id}${known ? `?unless=${known.version}` : ''}`, undefined, {
        signal,
        isUnattended,
      }),
    [id],
    lookMs,
  );
  const onChanged = (view?: OneConversationView) => (view ? remote.put(view) : remote.reload());
  return (
    <Loaded remote={remote} lines={8}>
      {({ conversation }) => <Conversation one={conversation} onChanged={onChanged} />}
    </Loaded>
  );
}

function Conversation({
  one,
  onChanged,
}: {
  one: ConversationView;
  onChanged: (view?: OneConversationView) => void;
}) {
  const w = words();
  const clinic = person.value?.clinics.find(({ id }) => id === one.clinic);
  const isStaff = person.value?.role !== 'auditor';
  const mayAct = isStaff && one.status === 'open';
  const mayReopen =
    isStaff && one.channel === 'whatsapp' && (!one.takesFreeText || one.status === 'closed');
  const send = async (text: string) => {
    try {
      onChanged(
        await api<OneConversationView>('POST', `/conversations/${one.id}/messages`, { text }),
      );
    } catch (error) {
      // Whoever has it now is seen beside why it was refused.
      onChanged();
      throw error;
    }
  };
  return (
    <article class="stack">
      <header class="panel stack tight">
        <div class="row spread">
          <h2>{whoText(one)}</h2>
          <span class="row">
            <StateBadges row={one} />
          </span>
        </div>
        <Facts one={one} clinicName={clinic?.name} timeZone={clinic?.timeZone} />
        <div class="row">
          {mayAct && <ConversationActions row={one} onChanged={onChanged} />}
          {mayReopen && <ReopenButton id={one.id} onAsked={onChanged} />}
        </div>
      </header>
      {one.closedBecause && <Callout>{w[becauseOf(one.closedBecause)]}</Callout>}
      {one.summary && (
        <section class="panel stack tight">
          <h3>{w.summary}</h3>
          <p class="conversations-text">{one.summary}</p>
        </section>
      )}
      <DoneList done={one.done} />
      <section class="panel flush">
        <h3 class="conversations-title">{w.transcript}</h3>
        <MessageList lines={one.lines} timeZone={clinic?.timeZone} />
        {one.status === 'open' && (
          <div class="conversations-foot stack tight">
            <p class="soft small" role="status">
              {one.isMine
                ? w.youAnswer
                : one.heldBy === null
                  ? w.agentAnswers
                  : w.otherAnswers(one.heldBy)}
            </p>
            {mayAct && one.isMine && !one.takesFreeText && (
              <Callout tone="warn">{w.outside}</Callout>
            )}
            {mayAct && one.isMine && one.takesFreeText && <Composer id={one.id} send={send} />}
          </div>
        )}
      </section>
      <div class="conversations-beside">
        <ScriptPanel
          id={one.id}
          said={one.lines.filter(({ who }) => who === 'sender').length}
          mayAct={mayAct}
        />
        <PersonTimeline id={one.id} timeZone={clinic?.timeZone} />
      </div>
    </article>
  );
}

function Facts({
  one,
  clinicName,
  timeZone,
}: {
  one: ConversationView;
  clinicName: string | undefined;
  timeZone: string | undefined;
}) {
  const w = words();
  const facts: [string, string | null | undefined][] = [
    [w.number, one.number],
    [w.protocol, one.protocol],
    [w.opened, momentText(one.openedAt, timeZone)],
    [w.clinic, (person.value?.clinics.length ?? 0) > 1 ? clinicName : null],
  ];
  return (
    <dl class="conversations-facts">
      {facts.map(
        ([name, value]) =>
          value && (
            <div key={name}>
              <dt>{name}</dt>
              <dd class="figures">{value}</dd>
            </div>
          ),
      )}
    </dl>
  );
}

function becauseOf(why: NonNullable<ConversationView['closedBecause']>) {
  return why === 'staff' ? 'byStaff' : why;
}
