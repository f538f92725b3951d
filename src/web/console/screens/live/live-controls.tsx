import { useEffect, useState } from 'preact/hooks';
import type { LiveCall, LiveDestination } from '../../../../console/live-view.ts';
import { ApiProblem, problemText } from '../../../ui/api.ts';
import { Button } from '../../../ui/button.tsx';
import { Confirm, Dialog } from '../../../ui/dialog.tsx';
import { Callout, Loaded } from '../../../ui/feedback.tsx';
import { Field } from '../../../ui/field.tsx';
import { notify } from '../../../ui/notices.tsx';
import { useAction } from '../../../ui/use-action.ts';
import { useRemote } from '../../../ui/use-remote.ts';
import { api, person } from '../../session.ts';
import { CallSound } from '../../sound/call-sound.ts';
import { LevelMeter } from '../../sound/level-meter.tsx';
import { words } from './words.ts';

const mostHint = 500;

/** What somebody may do to a call in progress. */
export function LiveControls({ call }: { call: LiveCall }) {
  const w = words();
  const [asks, setAsks] = useState<'take' | 'end' | 'transfer' | undefined>();
  const [sound] = useState(() => new CallSound());
  useEffect(() => () => sound.close(), [sound]);
  const talks = call.holder?.id === person.value?.userId && sound.state.value.state === 'on';
  useEffect(() => {
    if (!talks) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener('beforeunload', ask);
    return () => window.removeEventListener('beforeunload', ask);
  }, [talks]);
  const post = (deed: string, body?: unknown) => api('POST', `/live/${call.id}/${deed}`, body);
  const isMine = call.holder !== null && call.holder.id === person.value?.userId;
  const isOthers = call.holder !== null && !isMine;
  const isOn = sound.state.value.state === 'on' || sound.state.value.state === 'opening';
  const isListening = isOn && !isMine;
  const listen = useAction(
    () => sound.listen(call.id),
    () => notify('bad', w.soundFailed),
  );
  const take = useAction(
    async () => {
      setAsks(undefined);
      await sound.talk(call.id, () => (isMine ? Promise.resolve() : post('take')));
    },
    (error) => notify('bad', error instanceof ApiProblem ? problemText(error) : w.soundFailed),
  );
  const giveBack = useAction(() => post('give-back'));
  const end = useAction(async () => {
    await post('end');
    setAsks(undefined);
  });
  const needsMicrophone = isMine && !isOn;
  return (
    <>
      <div class="row live-controls">
        {!isMine && (
          <Button
            icon={isListening ? 'stop' : 'speaker'}
            disabled={!call.mayListen && !isListening}
            aria-pressed={isListening}
            isBusy={listen.isRunning}
            onClick={() => (isListening ? sound.close() : void listen.run())}
          >
            {isListening ? w.stopListening : w.listen}
          </Button>
        )}
        {(!isMine || needsMicrophone) && (
          <Button
            icon="headset"
            look="main"
            disabled={isOthers}
            isBusy={take.isRunning}
            onClick={() => setAsks('take')}
          >
            {w.take}
          </Button>
        )}
        {isMine && isOn && (
          <Button
            icon="microphone"
            aria-pressed={sound.isMuted.value}
            onClick={() => sound.mute(!sound.isMuted.value)}
          >
            {sound.isMuted.value ? w.unmute : w.mute}
          </Button>
        )}
        {isMine && (
          <Button
            icon="undo"
            look="main"
            isBusy={giveBack.isRunning}
            onClick={() => void giveBack.run()}
          >
            {w.giveBack}
          </Button>
        )}
        <Button icon="phone" disabled={isOthers} onClick={() => setAsks('transfer')}>
          {w.transfer}
        </Button>
        <Button icon="close" look="danger" disabled={isOthers} onClick={() => setAsks('end')}>
          {w.end}
        </Button>
      </div>
      {!call.mayListen && !isMine && <p class="soft small">{w.noListening}</p>}
      <SoundPanel sound={sound} isTalk={isMine} />
      <HintForm send={(text) => post('hint', { text })} />
      {asks === 'take' && (
        <Confirm
          title={w.takeTitle}
          action={w.take}
          look="main"
          isBusy={take.isRunning}
          onConfirm={() => void take.run()}
          onClose={() => setAsks(undefined)}
        >
          <p>{w.takeHelp}</p>
        </Confirm>
      )}
      {asks === 'end' && (
        <Confirm
          title={w.endTitle}
          action={w.end}
          isBusy={end.isRunning}
          onConfirm={() => void end.run()}
          onClose={() => setAsks(undefined)}
        >
          <p>{w.endHelp}</p>
        </Confirm>
      )}
      {asks === 'transfer' && (
        <TransferDialog
          callId={call.id}
          onClose={() => setAsks(undefined)}
          choose={(destination) => post('transfer', { destination })}
        />
      )}
    </>
  );
}

function SoundPanel({ sound, isTalk }: { sound: CallSound; isTalk: boolean }) {
  const w = words();
  const state = sound.state.value;
  if (state.state === 'off' || state.state === 'opening') return null;
  if (state.state === 'over') {
    const why = {
      ended: w.closeEnded,
      'not-recorded': w.closeNotRecorded,
      'signed-out': w.closeSignedOut,
      'too-slow': w.closeTooSlow,
      lost: w.closeLost,
    }[state.why];
    return <Callout tone={state.why === 'ended' ? 'info' : 'warn'}>{why}</Callout>;
  }
  return (
    <div class="stack tight live-sound">
      <p role="status">
        <strong>{isTalk ? w.talking : w.listening}</strong>
      </p>
      <LevelMeter label={w.meterCaller} level={sound.callerLevel} />
      {isTalk ? (
        <LevelMeter label={w.meterYou} level={sound.microphoneLevel} />
      ) : (
        <LevelMeter label={w.meterAgent} level={sound.agentLevel} />
      )}
    </div>
  );
}

function HintForm({ send }: { send: (text: string) => Promise<unknown> }) {
  const w = words();
  const [text, setText] = useState('');
  const action = useAction(async () => {
    await send(text.trim());
    setText('');
    notify('good', w.hintSent);
  });
  return (
    <form
      class="row bottom"
      onSubmit={(event) => {
        event.preventDefault();
        if (text.trim() !== '') void action.run();
      }}
    >
      <div class="grow">
        <Field
          label={w.hint}
          placeholder={w.hintHelp}
          value={text}
          onValue={setText}
          maxLength={mostHint}
          autoComplete="off"
        />
      </div>
      <Button type="submit" icon="chat" isBusy={action.isRunning} disabled={text.trim() === ''}>
        {w.sendHint}
      </Button>
    </form>
  );
}

function TransferDialog({
  callId,
  onClose,
  choose,
}: {
  callId: string;
  onClose: () => void;
  choose: (destination: string) => Promise<unknown>;
}) {
  const w = words();
  const known = useRemote(
    (signal) =>
      api<{ destinations: LiveDestination[] }>('GET', `/live/${callId}/destinations`, undefined, {
        signal,
      }),
    [callId],
  );
  const action = useAction(async (id: string) => {
    await choose(id);
    onClose();
  });
  return (
    <Dialog title={w.transferTitle} onClose={onClose}>
      <p class="soft">{w.transferHelp}</p>
      <Loaded remote={known} lines={2}>
        {({ destinations }) =>
          destinations.length === 0 ? (
            <p>{w.noDestinations}</p>
          ) : (
            <div class="stack tight">
              {destinations.map(({ id, name, open }) => (
                <Button
                  key={id}
                  icon="phone"
                  disabled={!open}
                  isBusy={action.isRunning}
                  onClick={() => void action.run(id)}
                >
                  {open ? name : `${name} (${w.closedNow})`}
                </Button>
              ))}
            </div>
          )
        }
      </Loaded>
    </Dialog>
  );
}
