import { useState } from 'preact/hooks';
import type { ScriptMatchView, ScriptTrialView } from '../../../../console/script-view.ts';
import { Button } from '../../../ui/button.tsx';
import { Callout } from '../../../ui/feedback.tsx';
import { Checkbox, Field } from '../../../ui/field.tsx';
import { numberText } from '../../../ui/formats.ts';
import { Table } from '../../../ui/table.tsx';
import { useAction } from '../../../ui/use-action.ts';
import { router } from '../../router.ts';
import { tryPhrase } from './scripts-data.ts';
import { words } from './words.ts';

/** Which script answers a phrase, how surely, and why. */
export function TryPhrase({ clinic }: { clinic: string }) {
  const w = words();
  const [phrase, setPhrase] = useState('');
  const [withDrafts, setWithDrafts] = useState(false);
  const [trial, setTrial] = useState<ScriptTrialView>();
  const trying = useAction(async () => setTrial(await tryPhrase(phrase, clinic, withDrafts)));
  const onSubmit = (event: Event) => {
    event.preventDefault();
    if (phrase.trim() !== '') void trying.run();
  };
  return (
    <section class="panel stack" aria-label={w.tryTitle}>
      <form class="row bottom" onSubmit={onSubmit}>
        <div class="grow">
          <Field label={w.tryTitle} maxLength={4_096} value={phrase} onValue={setPhrase} />
        </div>
        <Button type="submit" isBusy={trying.isRunning}>
          {w.try}
        </Button>
      </form>
      <p class="soft small">{w.tryHint}</p>
      <Checkbox label={w.withDrafts} checked={withDrafts} onChecked={setWithDrafts} />
      <div aria-live="polite" class="stack">
        {trial && <Outcome trial={trial} />}
      </div>
    </section>
  );
}

function Outcome({ trial: { matches, chosen, leastScore } }: { trial: ScriptTrialView }) {
  const w = words();
  const name = matches.find(({ id }) => id === chosen)?.name;
  return (
    <>
      <Callout tone={name === undefined ? 'warn' : 'good'}>
        {name === undefined ? (matches.length === 0 ? w.noMatch : w.nobody) : w.answers(name)}
      </Callout>
      {matches.length > 0 && (
        <Table
          caption={w.tryTitle}
          rows={matches}
          rowId={({ id }) => id}
          href={({ id }) => router.href(`/scripts/${id}`)}
          columns={[
            { id: 'script', title: w.script, cell: (one) => one.name },
            { id: 'score', title: w.score, cell: ({ score }) => <Score score={score} /> },
            { id: 'why', title: w.why, cell: (one) => reasonOf(one) },
          ]}
        />
      )}
      <p class="soft small">{w.enough(percent(leastScore))}</p>
    </>
  );
}

const percent = (part: number) => `${numberText(part * 100)} %`;

function Score({ score }: { score: number }) {
  return (
    <span class="scripts-score">
      <span class="scripts-bar" aria-hidden="true">
        <i style={{ width: percent(score).replace(' ', '') }} />
      </span>
      <span class="figures">{percent(score)}</span>
    </span>
  );
}

function reasonOf({ by, words: matched, example }: ScriptMatchView): string {
  const w = words();
  const reason = by === 'meaning' || matched.length === 0 ? w.meaning : w.words(matched.join(', '));
  return example ? `${reason}. ${w.like(example)}` : reason;
}
