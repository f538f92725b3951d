import { useState } from 'preact/hooks';
import type { ChatScriptView } from '../../../../messaging/chat-view.ts';
import { Button } from '../../../ui/button.tsx';
import { Confirm } from '../../../ui/dialog.tsx';
import { Badge, Loaded } from '../../../ui/feedback.tsx';
import { Select } from '../../../ui/field.tsx';
import { numberText } from '../../../ui/formats.ts';
import { notify } from '../../../ui/notices.tsx';
import { useAction } from '../../../ui/use-action.ts';
import { useRemote } from '../../../ui/use-remote.ts';
import { router } from '../../router.ts';
import { api } from '../../session.ts';
import { ScriptAnswers } from './script-answers.tsx';
import { scriptWords } from './script-words.ts';

/**
 * Which script serves a conversation and why, what it collected, and another in its place.
 * @param said how much the person has said: it is asked for again when they say more
 */
export function ScriptPanel({ id, said, mayAct }: { id: string; said: number; mayAct: boolean }) {
  const w = scriptWords();
  const path = `/conversations/${id}/script`;
  const remote = useRemote(
    (signal) => api<ChatScriptView>('GET', path, undefined, { signal }),
    [id, said],
  );
  const [kept, setKept] = useState<ChatScriptView>();
  // The last one stays in sight while it is asked for again.
  const shown = remote.value ?? kept;
  if (remote.value && remote.value !== kept) setKept(remote.value);
  return (
    <section class="panel stack" aria-label={w.title}>
      <h3>{w.title}</h3>
      <Loaded remote={shown ? { ...remote, value: shown } : remote} lines={3}>
        {(view) => (
          <>
            <Chosen view={view} />
            <ScriptAnswers view={view} path={path} mayAct={mayAct} onChanged={remote.put} />
            {mayAct && <Others view={view} path={path} onChosen={remote.put} />}
          </>
        )}
      </Loaded>
    </section>
  );
}

const percentText = (score: number) => `${numberText(score * 100)}\u00a0%`;

function Chosen({ view: { script } }: { view: ChatScriptView }) {
  const w = scriptWords();
  if (!script) return <p class="soft">{w.none}</p>;
  const { id, name, score, by, words, example, chosenBy, phase } = script;
  const percent = percentText(score);
  return (
    <div class="stack tight">
      <p class="row">
        <a href={router.href(`/scripts/${id}`)}>
          <strong>{name}</strong>
        </a>
        <Badge tone={phase === 'done' ? 'good' : 'info'}>{w[phase]}</Badge>
      </p>
      <p class="small">
        {chosenBy !== null
          ? w.byStaff
          : by === 'meaning'
            ? w.byMeaning(percent)
            : w.byWords(percent)}
      </p>
      {chosenBy === null && words.length > 0 && (
        <p class="small soft">
          {w.words}: {words.join(', ')}
        </p>
      )}
      {chosenBy === null && example && (
        <p class="small soft">
          {w.example}: “{example}”
        </p>
      )}
    </div>
  );
}

function Others({
  view: { script, candidates, scripts },
  path,
  onChosen,
}: {
  view: ChatScriptView;
  path: string;
  onChosen: (view: ChatScriptView) => void;
}) {
  const w = scriptWords();
  const [asked, setAsked] = useState<{ id: string; name: string }>();
  const choose = useAction(async (id: string) => {
    onChosen(await api<ChatScriptView>('PUT', path, { script: id }));
    setAsked(undefined);
    notify('good', w.chosen);
  });
  const others = candidates.filter(({ id }) => id !== script?.id);
  return (
    <>
      {others.length > 0 && (
        <div class="stack tight">
          <h4>{w.candidates}</h4>
          <ul class="conversations-scripts">
            {others.map((one) => (
              <li key={one.id} class="row spread">
                <span>
                  {one.name} <span class="soft small figures">{percentText(one.score)}</span>
                </span>
                <Button aria-label={w.useNamed(one.name)} onClick={() => setAsked(one)}>
                  {w.use}
                </Button>
              </li>
            ))}
          </ul>
        </div>
      )}
      <Select
        label={w.chooseOther}
        value=""
        onValue={(id) => setAsked(scripts.find((one) => one.id === id))}
        options={[
          { value: '', text: w.pick },
          ...scripts
            .filter(({ id }) => id !== script?.id)
            .map(({ id, name }) => ({ value: id, text: name })),
        ]}
      />
      {asked && (
        <Confirm
          title={w.useTitle(asked.name)}
          action={w.use}
          look="main"
          isBusy={choose.isRunning}
          onConfirm={() => void choose.run(asked.id)}
          onClose={() => setAsked(undefined)}
        >
          <p>{w.useHelp}</p>
        </Confirm>
      )}
    </>
  );
}
