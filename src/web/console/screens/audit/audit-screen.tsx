import { useEffect, useState } from 'preact/hooks';
import type { AuditPageView, AuditRowView } from '../../../../console/audit-view.ts';
import { Button } from '../../../ui/button.tsx';
import { EmptyState, Loaded } from '../../../ui/feedback.tsx';
import { dateText, timeText } from '../../../ui/formats.ts';
import { Icon } from '../../../ui/icons.tsx';
import { type Column, Table } from '../../../ui/table.tsx';
import { useAction } from '../../../ui/use-action.ts';
import { useRemote } from '../../../ui/use-remote.ts';
import { router } from '../../router.ts';
import type { ScreenParts } from '../../screen.ts';
import { ScreenHead } from '../../screen-head.tsx';
import { api, clinic } from '../../session.ts';
import { actionText } from './action-words.ts';
import './audit.css';
import { AuditFilter, questionOf, wishIn } from './audit-filter.tsx';
import { AuditRowDialog } from './audit-row-dialog.tsx';
import { whoText } from './who-text.ts';
import { words } from './words.ts';

/** Who saw and did what, newest first. */
export default function AuditScreen({ query }: ScreenParts) {
  const w = words();
  const wish = wishIn(query);
  const question = questionOf(wish, clinic.value?.timeZone ?? 'UTC').toString();
  const [open, setOpen] = useState<AuditRowView>();
  return (
    <>
      <ScreenHead title={w.title}>
        <a class="button" href={`/console/api/audit.csv?${question}`} download>
          <Icon name="download" />
          {w.exportCsv}
        </a>
      </ScreenHead>
      <p class="soft">{w.about}</p>
      <AuditFilter
        key={question}
        wish={wish}
        onWish={(next) => {
          const given = Object.entries(next).filter(([, value]) => value !== '');
          router.go(`/audit?${new URLSearchParams(given)}`);
        }}
      />
      <AuditRows question={question} onOpen={setOpen} />
      {open && <AuditRowDialog row={open} onClose={() => setOpen(undefined)} />}
    </>
  );
}

function AuditRows({
  question,
  onOpen,
}: {
  question: string;
  onOpen: (row: AuditRowView) => void;
}) {
  const w = words();
  const ask = (before?: number, signal?: AbortSignal) =>
    api<AuditPageView>(
      'GET',
      `/audit?${question}${before === undefined ? '' : `&before=${before}`}`,
      undefined,
      signal ? { signal } : {},
    );
  const first = useRemote((signal) => ask(undefined, signal), [question]);
  const [older, setOlder] = useState<AuditPageView>({ rows: [] });
  useEffect(() => setOlder({ rows: [] }), [question]);
  const last = older.rows.length > 0 ? older : first.value;
  const more = useAction(async () => {
    const page = await ask(last?.nextBefore);
    setOlder({ ...page, rows: [...older.rows, ...page.rows] });
  });
  return (
    <section class="panel flush audit-rows">
      <Loaded remote={first}>
        {({ rows }) =>
          rows.length === 0 ? (
            <EmptyState icon="trail" title={w.empty}>
              <p>{w.emptyText}</p>
            </EmptyState>
          ) : (
            <>
              <Table
                caption={w.caption}
                columns={columns()}
                rows={[...rows, ...older.rows]}
                rowId={({ seq }) => String(seq)}
                onOpen={onOpen}
              />
              {last?.nextBefore !== undefined && (
                <div class="audit-more no-print">
                  <Button isBusy={more.isRunning} onClick={() => void more.run()}>
                    {w.older}
                  </Button>
                </div>
              )}
            </>
          )
        }
      </Loaded>
    </section>
  );
}

function columns(): Column<AuditRowView>[] {
  const w = words();
  const zone = clinic.value?.timeZone;
  return [
    {
      id: 'at',
      title: w.when,
      cell: ({ at }) => (
        <span class="figures">{`${dateText(at, zone)} ${timeText(at, zone, true)}`}</span>
      ),
    },
    { id: 'who', title: w.who, cell: whoText },
    { id: 'what', title: w.what, cell: ({ action }) => actionText(action) },
    { id: 'object', title: w.which, cell: ({ object }) => <Shortened text={object} /> },
    { id: 'patient', title: w.patient, cell: ({ patient }) => <Shortened text={patient} /> },
    { id: 'ip', title: w.ip, cell: ({ ip }) => <span class="figures">{ip}</span> },
  ];
}

function Shortened({ text }: { text: string | undefined }) {
  return text ? (
    <span class="audit-id" title={text}>
      {text}
    </span>
  ) : null;
}
