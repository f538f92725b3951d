import { useState } from 'preact/hooks';
import type { ScriptTextView, ScriptView } from '../../../../console/script-view.ts';
import { Button } from '../../../ui/button.tsx';
import { Confirm } from '../../../ui/dialog.tsx';
import { Badge, Callout, Loaded } from '../../../ui/feedback.tsx';
import { Field, Select } from '../../../ui/field.tsx';
import { notify } from '../../../ui/notices.tsx';
import { Tabs } from '../../../ui/tabs.tsx';
import { useAction } from '../../../ui/use-action.ts';
import { type Remote, useRemote } from '../../../ui/use-remote.ts';
import { router } from '../../router.ts';
import { ScreenHead } from '../../screen-head.tsx';
import { clinic, person } from '../../session.ts';
import { ScriptForm } from './script-form.tsx';
import { ScriptHistory } from './script-history.tsx';
import {
  cleaned,
  createScript,
  deleteScript,
  dropDraft,
  emptyText,
  publishDraft,
  readScript,
  saveDraft,
  tellLate,
  textOf,
} from './scripts-data.ts';
import { words } from './words.ts';

type OneAnswer = { script: ScriptView };

export function OneScript({ id, part }: { id: string; part: string | undefined }) {
  const w = words();
  const remote = useRemote((signal) => readScript(id, signal), [id]);
  const chosen = part === 'history' ? 'history' : 'edit';
  return (
    <Loaded remote={remote} lines={10}>
      {({ script }) => (
        <>
          <Head script={script} remote={remote} />
          <Tabs
            label={w.parts}
            tabs={[
              { id: 'edit', text: w.edit },
              { id: 'history', text: w.history },
            ]}
            chosen={chosen}
            onChoose={(one) => router.replace(`/scripts/${id}/${one}`)}
          >
            {chosen === 'history' ? (
              <ScriptHistory key={script.revision} script={script} remote={remote} />
            ) : (
              <Draft key={script.revision} script={script} remote={remote} />
            )}
          </Tabs>
        </>
      )}
    </Loaded>
  );
}

/** May write here: the server asks again, and has the last word on scripts of all clinics. */
export const mayWrite = () => person.value?.role === 'admin';

function Draft({ script, remote }: { script: ScriptView; remote: Remote<OneAnswer> }) {
  const w = words();
  const [text, setText] = useState<ScriptTextView>(textOf(script));
  const saving = useAction(async () => {
    remote.put(await saveDraft(script, cleaned(text)));
    notify('info', w.saved);
  }, tellLate(remote.reload));
  return (
    <ScriptForm
      text={text}
      onText={setText}
      mayWrite={mayWrite()}
      isBusy={saving.isRunning}
      onSave={() => void saving.run()}
    />
  );
}

export function NewScript() {
  const w = words();
  const here = clinic.value;
  const [text, setText] = useState<ScriptTextView>(emptyText);
  const [where, setWhere] = useState('here');
  const making = useAction(async () => {
    const owner = where === 'all' || !here ? null : here.id;
    const { script } = await createScript({ ...cleaned(text), clinic: owner });
    notify('info', w.saved);
    router.go(`/scripts/${script.id}`);
  });
  return (
    <>
      <ScreenHead title={w.newName}>
        <a class="button" href={router.href('/scripts')}>
          {w.back}
        </a>
      </ScreenHead>
      <section class="panel">
        <Select
          label={w.where}
          value={where}
          onValue={setWhere}
          options={[
            { value: 'here', text: w.thisClinic },
            { value: 'all', text: w.allClinics },
          ]}
        />
      </section>
      <ScriptForm
        text={text}
        onText={setText}
        mayWrite={mayWrite()}
        isBusy={making.isRunning}
        onSave={() => void making.run()}
      />
    </>
  );
}

type Asked = 'publish' | 'discard' | 'delete';

function Head({ script, remote }: { script: ScriptView; remote: Remote<OneAnswer> }) {
  const w = words();
  const { version, draft } = script;
  const [asked, setAsked] = useState<Asked>();
  return (
    <>
      <ScreenHead title={draft?.name ?? script.name}>
        <Badge tone={version === null ? 'plain' : 'good'}>
          {version === null ? w.neverPublished : w.live(version)}
        </Badge>
        {draft && <Badge tone="warn">{w.withDraft}</Badge>}
        <a class="button" href={router.href('/scripts')}>
          {w.back}
        </a>
        {mayWrite() && (
          <Button look="danger" onClick={() => setAsked('delete')}>
            {w.deleteScript}
          </Button>
        )}
        {mayWrite() && draft && version !== null && (
          <Button onClick={() => setAsked('discard')}>{w.discard}</Button>
        )}
        {mayWrite() && draft && (
          <Button look="main" onClick={() => setAsked('publish')}>
            {w.publish}
          </Button>
        )}
      </ScreenHead>
      {script.clinic === null && <Callout tone="info">{w.shared}</Callout>}
      {asked && (
        <Question
          asked={asked}
          script={script}
          remote={remote}
          onClose={() => setAsked(undefined)}
        />
      )}
    </>
  );
}

function Question({
  asked,
  script,
  remote,
  onClose,
}: {
  asked: Asked;
  script: ScriptView;
  remote: Remote<OneAnswer>;
  onClose: () => void;
}) {
  const w = words();
  const [note, setNote] = useState('');
  const doing = useAction(async () => {
    if (asked === 'delete') {
      await deleteScript(script);
      notify('good', w.removed);
      router.go('/scripts');
      return;
    }
    remote.put(asked === 'publish' ? await publishDraft(script, note) : await dropDraft(script));
    if (asked === 'publish') notify('good', w.published);
    onClose();
  }, tellLate(remote.reload));
  const said = {
    publish: { title: w.publishTitle, what: w.publishWhat, action: w.publishNow },
    discard: { title: w.discardTitle, what: w.discardWhat, action: w.discard },
    delete: { title: w.removeTitle, what: w.removeWhat, action: w.deleteScript },
  }[asked];
  return (
    <Confirm
      title={said.title}
      action={said.action}
      look={asked === 'publish' ? 'main' : 'danger'}
      isBusy={doing.isRunning}
      onConfirm={() => void doing.run()}
      onClose={onClose}
    >
      <p>{said.what}</p>
      {asked === 'publish' && (
        <Field label={w.note} hint={w.noteHint} maxLength={200} value={note} onValue={setNote} />
      )}
    </Confirm>
  );
}
