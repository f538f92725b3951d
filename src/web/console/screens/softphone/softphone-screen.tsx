import { useEffect, useState } from 'preact/hooks';
import type { SoftphoneCall, SoftphoneInfo } from '../../../../console/softphone-view.ts';
import { ApiProblem, problemText } from '../../../ui/api.ts';
import { Button } from '../../../ui/button.tsx';
import { Badge, Callout, Loaded } from '../../../ui/feedback.tsx';
import { Field, Select } from '../../../ui/field.tsx';
import { notify } from '../../../ui/notices.tsx';
import { useAction } from '../../../ui/use-action.ts';
import { useRemote } from '../../../ui/use-remote.ts';
import { useLiveCalls } from '../../live-store.ts';
import { ScreenHead } from '../../screen-head.tsx';
import { api, clinic } from '../../session.ts';
import { LevelMeter } from '../../sound/level-meter.tsx';
import { RunningTranscript } from '../live/live-detail.tsx';
import { Phone } from './phone.ts';
import { words } from './words.ts';
import '../live/live.css';
import './softphone.css';

/** A page that is a telephone. */
export default function SoftphoneScreen() {
  const w = words();
  const info = useRemote(
    (signal) => api<SoftphoneInfo>('GET', '/softphone', undefined, { signal }),
    [],
  );
  return (
    <>
      <ScreenHead title={w.title} />
      <Loaded remote={info}>{(known) => <Telephone info={known} />}</Loaded>
    </>
  );
}

function Telephone({ info }: { info: SoftphoneInfo }) {
  const w = words();
  const [phone] = useState(() => new Phone());
  const [patient, setPatient] = useState('');
  const calls = useLiveCalls();
  useEffect(
    () => () => {
      if (phone.state.value === 'on-line') phone.hangUp();
    },
    [phone],
  );
  const state = phone.state.value;
  const isOpen = state === 'calling' || state === 'on-line';
  const here = clinic.value;
  const dial = useAction(
    async () => {
      const announce = () => api<SoftphoneCall>('POST', '/softphone', { clinic: here?.id });
      await phone.dial(announce, !info.sandbox);
    },
    (error) => notify('bad', error instanceof ApiProblem ? problemText(error) : w.soundFailed),
  );
  const play = useAction((id: string) => api('POST', '/softphone/patient', { patient: id }));
  useEffect(() => {
    if (state === 'on-line' && patient !== '') void play.run(patient);
  }, [state]);
  const entries = calls.get(phone.callId.value ?? '')?.entries ?? [];
  return (
    <div class="softphone-columns">
      <section class="panel stack">
        <p class="soft small">{w.about}</p>
        {info.sandbox && (
          <Select
            label={w.patient}
            hint={w.patientHelp}
            value={patient}
            onValue={setPatient}
            disabled={isOpen}
            options={[
              { value: '', text: w.me },
              ...info.patients.map(({ id, says }) => ({ value: id, text: `“${says}”` })),
            ]}
          />
        )}
        {!info.sandbox && <p class="soft small">{w.realHelp}</p>}
        <div class="row">
          {!isOpen && (
            <Button
              look="main"
              icon="phone"
              isBusy={dial.isRunning}
              disabled={!here}
              onClick={() => void dial.run()}
            >
              {w.call}
            </Button>
          )}
          {isOpen && (
            <Button look="danger" icon="close" onClick={() => phone.hangUp()}>
              {w.hangUp}
            </Button>
          )}
          {isOpen && !info.sandbox && (
            <Button
              icon="microphone"
              aria-pressed={phone.isMuted.value}
              onClick={() => phone.mute(!phone.isMuted.value)}
            >
              {phone.isMuted.value ? w.unmute : w.mute}
            </Button>
          )}
          <span role="status">
            {state === 'calling' && <Badge tone="info">{w.calling}</Badge>}
            {state === 'on-line' && <Badge tone="good">{w.onLine}</Badge>}
          </span>
        </div>
        {state === 'over' && <Callout tone="info">{w.over}</Callout>}
        {state === 'lost' && <Callout tone="warn">{w.lost}</Callout>}
        {state === 'on-line' && (
          <>
            <div class="stack tight">
              <LevelMeter label={w.meterAgent} level={phone.heardLevel} />
              <LevelMeter label={w.meterYou} level={phone.spokenLevel} />
            </div>
            {info.sandbox && patient === '' && <SayForm />}
            <Keypad press={(digit) => phone.press(digit)} />
          </>
        )}
      </section>
      <div class="stack tight">
        {entries.length > 0 ? (
          <>
            <RunningTranscript entries={entries} />
            <p class="soft small">{w.heard}</p>
          </>
        ) : (
          <p class="soft softphone-waiting">{w.waiting}</p>
        )}
      </div>
    </div>
  );
}

function SayForm() {
  const w = words();
  const [text, setText] = useState('');
  const say = useAction(async () => {
    await api('POST', '/softphone/say', { text: text.trim() });
    setText('');
  });
  return (
    <form
      class="row bottom"
      onSubmit={(event) => {
        event.preventDefault();
        if (text.trim() !== '') void say.run();
      }}
    >
      <div class="grow">
        <Field
          label={w.say}
          placeholder={w.sayHelp}
          value={text}
          onValue={setText}
          maxLength={400}
          autoComplete="off"
        />
      </div>
      <Button type="submit" icon="chat" isBusy={say.isRunning} disabled={text.trim() === ''}>
        {w.send}
      </Button>
    </form>
  );
}

function Keypad({ press }: { press: (digit: string) => void }) {
  const w = words();
  return (
    <fieldset class="softphone-keys">
      <legend class="unseen">{w.keypad}</legend>
      {[...'123456789*0#'].map((digit) => (
        <Button key={digit} aria-label={w.key(digit)} onClick={() => press(digit)}>
          {digit}
        </Button>
      ))}
    </fieldset>
  );
}
