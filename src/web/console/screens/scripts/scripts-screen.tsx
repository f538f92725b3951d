import './scripts.css';
import { useState } from 'preact/hooks';
import type { ScriptView } from '../../../../console/script-view.ts';
import { Button } from '../../../ui/button.tsx';
import { Badge, EmptyState, Loaded } from '../../../ui/feedback.tsx';
import { SearchField } from '../../../ui/field.tsx';
import { Table } from '../../../ui/table.tsx';
import { useRemote } from '../../../ui/use-remote.ts';
import { router } from '../../router.ts';
import type { ScreenParts } from '../../screen.ts';
import { ScreenHead } from '../../screen-head.tsx';
import { clinic, person } from '../../session.ts';
import { NewScript, OneScript } from './one-script.tsx';
import { listScripts } from './scripts-data.ts';
import { TryPhrase } from './try-phrase.tsx';
import { words } from './words.ts';

/** What the assistant does about which wish; tried, drafted, published, taken back. */
export default function ScriptsScreen({ rest: [id, part] }: ScreenParts) {
  if (id === 'new') return <NewScript />;
  if (id !== undefined) return <OneScript key={id} id={id} part={part} />;
  return <AllScripts />;
}

function AllScripts() {
  const w = words();
  const here = clinic.value;
  const scripts = useRemote(listScripts, []);
  return (
    <>
      <ScreenHead title={w.title}>
        {person.value?.role === 'admin' && (
          <Button look="main" icon="plus" onClick={() => router.go('/scripts/new')}>
            {w.fresh}
          </Button>
        )}
      </ScreenHead>
      {here && <TryPhrase key={here.id} clinic={here.id} />}
      <Loaded remote={scripts} lines={10}>
        {(found) => (
          <List
            scripts={found.scripts.filter((one) => one.clinic === null || one.clinic === here?.id)}
          />
        )}
      </Loaded>
    </>
  );
}

function List({ scripts }: { scripts: readonly ScriptView[] }) {
  const w = words();
  const [wanted, setWanted] = useState('');
  const found = scripts.filter(({ name, when }) =>
    `${name} ${when}`.toLowerCase().includes(wanted.toLowerCase()),
  );
  if (scripts.length === 0) return <EmptyState icon="script" title={w.none} />;
  return (
    <section class="panel flush">
      <div class="scripts-search row">
        <SearchField label={w.search} value={wanted} onValue={setWanted} />
      </div>
      {found.length === 0 ? (
        <EmptyState icon="search" title={w.noneFound} />
      ) : (
        <Table
          caption={w.all}
          rows={found}
          rowId={({ id }) => id}
          href={({ id }) => router.href(`/scripts/${id}`)}
          columns={[
            { id: 'name', title: w.name, cell: ({ name }) => name, sort: ({ name }) => name },
            { id: 'when', title: w.when, cell: ({ when }) => when },
            { id: 'desk', title: w.desk, cell: ({ desk }) => desk, sort: ({ desk }) => desk },
            {
              id: 'where',
              title: w.where,
              cell: (one) => (one.clinic === null ? w.allClinics : w.thisClinic),
            },
            { id: 'status', title: w.status, cell: (one) => <Status script={one} /> },
          ]}
        />
      )}
    </section>
  );
}

function Status({ script: { version, draft } }: { script: ScriptView }) {
  const w = words();
  if (version === null) return <Badge tone="warn">{w.onlyDraft}</Badge>;
  return (
    <span class="row">
      <Badge tone="good">{w.live(version)}</Badge>
      {draft && <Badge tone="warn">{w.withDraft}</Badge>}
    </span>
  );
}
