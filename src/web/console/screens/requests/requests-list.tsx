import type { RequestView } from '../../../../console/agenda-view.ts';
import { Button } from '../../../ui/button.tsx';
import { Badge, EmptyState, Loaded } from '../../../ui/feedback.tsx';
import { momentText } from '../../../ui/formats.ts';
import { notify } from '../../../ui/notices.tsx';
import { useAction } from '../../../ui/use-action.ts';
import { router } from '../../router.ts';
import { api, person } from '../../session.ts';
import { listenAt } from '../agenda/appointment-panel.tsx';
import { usePolled } from '../calls-out/use-polled.ts';
import { words } from './words.ts';

/** How often it is looked whether somebody asked for something, ms. */
const lookMs = 20_000;

/** What callers left for people: who looks after it, and whether it is done. */
export function RequestsList({
  clinic,
  timeZone,
  status,
}: {
  clinic: string;
  timeZone: string;
  status: 'open' | 'done';
}) {
  const w = words();
  const remote = usePolled(
    (signal, isUnattended) =>
      api<{ requests: RequestView[] }>(
        'GET',
        `/requests?clinic=${clinic}&status=${status}`,
        undefined,
        { signal, isUnattended },
      ),
    [clinic, status],
    () => (status === 'open' ? lookMs : undefined),
  );
  const change = useAction(async (id: string, wish: 'take' | 'leave' | 'done' | 'open') => {
    await api('POST', `/requests/${id}`, { change: wish });
    notify('good', w.saved);
    remote.reload();
  });
  return (
    <Loaded remote={remote}>
      {({ requests }) => {
        const shown = requests.filter(({ kind }) => kind !== 'waiting-list' || status === 'done');
        if (shown.length === 0)
          return (
            <EmptyState icon="inbox" title={status === 'open' ? w.none : w.noneDone}>
              {status === 'open' && <p>{w.noneText}</p>}
            </EmptyState>
          );
        return (
          <ul class="requests-list">
            {shown.map((one) => (
              <li key={one.id} class="panel stack tight">
                <Request request={one} timeZone={timeZone} />
                {person.value?.role !== 'auditor' && (
                  <Actions
                    request={one}
                    isBusy={change.isRunning}
                    onChange={(wish) => void change.run(one.id, wish)}
                  />
                )}
              </li>
            ))}
          </ul>
        );
      }}
    </Loaded>
  );
}

function Request({ request, timeZone }: { request: RequestView; timeZone: string }) {
  const w = words();
  const { kind, name, phone, cpf, text, service, taken, status, callId, atS } = request;
  const what = { 'exam-results': w.results, message: w.message, 'waiting-list': w.waitingList };
  const when = taken && momentText(taken.at, timeZone);
  return (
    <>
      <div class="row spread">
        <div class="row">
          <h2 class="requests-name">{name}</h2>
          <Badge tone="info">{what[kind]}</Badge>
          {request.isUrgent && (
            <Badge tone="bad" icon="warning">
              {w.urgent}
            </Badge>
          )}
        </div>
        <span class="small soft figures">
          {momentText(request.at, timeZone)} · {w.protocol(request.protocol)}
        </span>
      </div>
      {(text || service) && (
        <p class="requests-text">{[service, text].filter(Boolean).join(' · ')}</p>
      )}
      <div class="row small">
        {phone && <span class="figures">{phone}</span>}
        {cpf && <span class="figures">CPF {cpf}</span>}
        {callId && <a href={listenAt(callId, atS)}>{w.hear}</a>}
        {taken && when && (
          <span class="soft">
            {status === 'done'
              ? w.doneBy(taken.name, when)
              : taken.mine
                ? w.mine
                : w.takenBy(taken.name, when)}
          </span>
        )}
      </div>
    </>
  );
}

function Actions({
  request: { status, taken, phone },
  isBusy,
  onChange,
}: {
  request: RequestView;
  isBusy: boolean;
  onChange: (wish: 'take' | 'leave' | 'done' | 'open') => void;
}) {
  const w = words();
  if (status === 'done')
    return (
      <div class="row">
        <Button isBusy={isBusy} onClick={() => onChange('open')}>
          {w.reopen}
        </Button>
      </div>
    );
  return (
    <div class="row">
      {phone && (
        <a
          class="button plain"
          href={router.href(`/calls-out?${new URLSearchParams({ to: phone })}`)}
        >
          {w.call}
        </a>
      )}
      {taken?.mine ? (
        <Button isBusy={isBusy} onClick={() => onChange('leave')}>
          {w.leave}
        </Button>
      ) : (
        !taken && (
          <Button isBusy={isBusy} onClick={() => onChange('take')}>
            {w.take}
          </Button>
        )
      )}
      <Button look="main" icon="check" isBusy={isBusy} onClick={() => onChange('done')}>
        {w.finish}
      </Button>
    </div>
  );
}
