import { useState } from 'preact/hooks';
import type { ScriptVersionView, ScriptView } from '../../../../console/script-view.ts';
import { Button } from '../../../ui/button.tsx';
import { Confirm, Dialog } from '../../../ui/dialog.tsx';
import { Badge, EmptyState, Loaded } from '../../../ui/feedback.tsx';
import { momentText } from '../../../ui/formats.ts';
import { notify } from '../../../ui/notices.tsx';
import { Table } from '../../../ui/table.tsx';
import { useAction } from '../../../ui/use-action.ts';
import { type Remote, useRemote } from '../../../ui/use-remote.ts';
import { clinic, person } from '../../session.ts';
import { ScriptReading } from './script-reading.tsx';
import { readVersions, rollBack, tellLate } from './scripts-data.ts';
import { words } from './words.ts';

interface HistoryParts {
  script: ScriptView;
  remote: Remote<{ script: ScriptView }>;
}

/** What was published, by whom; each can be read and gone back to. */
export function ScriptHistory({ script, remote }: HistoryParts) {
  const w = words();
  const history = useRemote((signal) => readVersions(script.id, signal), [script.id]);
  const [shown, setShown] = useState<ScriptVersionView>();
  const [wanted, setWanted] = useState<number>();
  const going = useAction(async () => {
    if (wanted === undefined) return;
    remote.put(await rollBack(script, wanted));
    notify('good', w.wentBack);
  }, tellLate(remote.reload));
  return (
    <section class="panel flush">
      <Loaded remote={history}>
        {({ versions }) =>
          versions.length === 0 ? (
            <EmptyState icon="script" title={w.neverPublished} />
          ) : (
            <Table
              caption={w.history}
              rows={versions.toSorted((a, b) => b.version - a.version)}
              rowId={({ version }) => String(version)}
              columns={[
                {
                  id: 'version',
                  title: w.version,
                  cell: ({ version, isLive }) => (
                    <span class="row">
                      {version} {isLive && <Badge tone="good">{w.current}</Badge>}
                    </span>
                  ),
                },
                { id: 'at', title: w.at, cell: ({ at }) => momentText(at, clinic.value?.timeZone) },
                { id: 'by', title: w.by, cell: ({ by }) => authorOf(by) },
                { id: 'note', title: w.note, cell: ({ note }) => note || '—' },
                {
                  id: 'do',
                  title: '',
                  cell: (one) => (
                    <span class="row end">
                      <Button onClick={() => setShown(one)}>{w.see}</Button>
                      {person.value?.role === 'admin' && !one.isLive && (
                        <Button icon="undo" onClick={() => setWanted(one.version)}>
                          {w.goBack}
                        </Button>
                      )}
                    </span>
                  ),
                },
              ]}
            />
          )
        }
      </Loaded>
      {shown && (
        <Dialog isWide title={`${w.version} ${shown.version}`} onClose={() => setShown(undefined)}>
          <ScriptReading text={shown.body} />
        </Dialog>
      )}
      {wanted !== undefined && (
        <Confirm
          title={w.goBackTitle(wanted)}
          action={w.goBack}
          look="main"
          isBusy={going.isRunning}
          onConfirm={() => void going.run()}
          onClose={() => setWanted(undefined)}
        >
          <p>{w.goBackWhat}</p>
        </Confirm>
      )}
    </section>
  );
}

/** Ids of others mean nothing to a reader; the trail names them to those who may know. */
function authorOf(by: string): string {
  if (by === 'shipped') return words().shipped;
  return by === person.value?.userId ? person.value.name : by.slice(0, 8);
}
