import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import type { AppointmentView } from '../../../../console/agenda-view.ts';
import { Button } from '../../../ui/button.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { Badge, Callout, Loaded } from '../../../ui/feedback.tsx';
import { dateText, dayText, momentText, moneyText } from '../../../ui/formats.ts';
import { notify } from '../../../ui/notices.tsx';
import { useAction } from '../../../ui/use-action.ts';
import { useRemote } from '../../../ui/use-remote.ts';
import { router } from '../../router.ts';
import { api } from '../../session.ts';
import { CancelForm } from './cancel-form.tsx';
import { dialogWords, paymentWord } from './dialog-words.ts';
import { statusWord, words } from './words.ts';

/** Heard before the moment it was agreed, seconds: what it was an answer to. */
const leadS = 10;

export interface PanelActs {
  mayChange: boolean;
  onClose: () => void;
  /** Something changed: the agenda is asked for again. */
  onChanged: () => void;
  onMove: (id: string) => void;
  onOpen: (id: string) => void;
}

/** All of one appointment, and what can be done with it now. */
export function AppointmentPanel({
  id,
  timeZone,
  acts,
}: {
  id: string;
  timeZone: string;
  acts: PanelActs;
}) {
  const w = dialogWords();
  const one = useRemote(
    (signal) => api<AppointmentView>('GET', `/appointments/${id}`, undefined, { signal }),
    [id],
  );
  const [isCancelling, setCancelling] = useState(false);
  const { value } = one;
  if (isCancelling && value)
    return (
      <CancelForm
        appointment={value}
        onClose={() => setCancelling(false)}
        onCancelled={acts.onChanged}
        onDone={acts.onClose}
      />
    );
  return (
    <Dialog
      title={value?.patient.name ?? w.panelTitle}
      isWide
      onClose={acts.onClose}
      actions={
        value &&
        acts.mayChange && (
          <Actions
            appointment={value}
            acts={acts}
            onCancel={() => setCancelling(true)}
            onMarked={(marked) => {
              one.put(marked);
              acts.onChanged();
            }}
          />
        )
      }
    >
      <Loaded remote={one}>
        {(appointment) => <Details {...{ appointment, timeZone, acts }} />}
      </Loaded>
    </Dialog>
  );
}

function Actions({
  appointment,
  acts,
  onCancel,
  onMarked,
}: {
  appointment: AppointmentView;
  acts: PanelActs;
  onCancel: () => void;
  onMarked: (marked: AppointmentView) => void;
}) {
  const w = dialogWords();
  const { id, may } = appointment;
  const mark = useAction(async (status: string) => {
    onMarked(await api<AppointmentView>('POST', `/appointments/${id}/attendance`, { status }));
    notify('good', w.marked);
  });
  const button = (status: 'arrived' | 'fulfilled' | 'noshow' | 'booked', text: string) =>
    may[status] && (
      <Button isBusy={mark.isRunning} onClick={() => void mark.run(status)}>
        {text}
      </Button>
    );
  return (
    <>
      {may.cancel && (
        <Button look="danger" icon="trash" onClick={onCancel}>
          {w.cancel}
        </Button>
      )}
      {button('booked', w.undo)}
      {button('noshow', w.noshow)}
      {button('fulfilled', w.fulfil)}
      {button('arrived', w.arrive)}
      {may.move && (
        <Button look="main" icon="calendar" onClick={() => acts.onMove(id)}>
          {w.move}
        </Button>
      )}
    </>
  );
}

function Details({
  appointment,
  timeZone,
  acts,
}: {
  appointment: AppointmentView;
  timeZone: string;
  acts: PanelActs;
}) {
  const w = dialogWords();
  const { patient, phone, email, evidence, cancellation, confirmation, payment } = appointment;
  const price = appointment.priceCentavos;
  const papers = [patient.rg && `RG ${patient.rg}`, patient.cpf && `CPF ${patient.cpf}`];
  return (
    <>
      {appointment.replacedBy && (
        <Callout>
          {w.replaced}{' '}
          <Button look="quiet" onClick={() => acts.onOpen(appointment.replacedBy ?? '')}>
            {w.openNew}
          </Button>
        </Callout>
      )}
      <dl class="agenda-facts">
        <Fact name={w.when}>
          {appointment.items.map((item) => (
            <p key={`${item.bookable}/${item.startMs}`}>
              <b>
                {dayText(item.date)}, {item.time}
              </b>
              <br />
              {item.service}
              {item.practitioner && ` · ${item.practitioner}`}
            </p>
          ))}
          {appointment.items.length === 0 && `${dayText(appointment.day)}, ${appointment.time}`}
        </Fact>
        <Fact name={w.status}>
          <Badge>{statusWord(appointment.status, words())}</Badge>
        </Fact>
        <Fact name={w.protocol}>
          <span class="figures">{appointment.protocol}</span>
        </Fact>
        <Fact name={w.value}>
          {price === null ? w.unknownPrice : moneyText(price)}
          {payment && ` · ${paymentWord(payment.method, w)}`}
        </Fact>
        <Fact name={w.patient}>
          {[patient.birthDate && dateText(patient.birthDate), ...papers, patient.address]
            .filter(Boolean)
            .join(' · ') || '—'}
        </Fact>
        <Fact name={w.contact}>
          {phone ?? '—'}
          {phone && acts.mayChange && (
            <>
              {' '}
              <a href={router.href(`/calls-out?${new URLSearchParams({ to: phone })}`)}>{w.call}</a>
            </>
          )}
          {email && ` · ${email}`}
        </Fact>
        {appointment.clientName !== patient.name && (
          <Fact name={w.spokeWith}>{appointment.clientName}</Fact>
        )}
        {appointment.notes && <Fact name={w.notes}>{appointment.notes}</Fact>}
        <Fact name={w.bookedBy}>
          {appointment.byStaff ? words().byStaff : words().byAgent},{' '}
          {momentText(appointment.writtenAt, timeZone)}
          {appointment.replaces && (
            <Button look="quiet" onClick={() => acts.onOpen(appointment.replaces ?? '')}>
              {w.openOld}
            </Button>
          )}
        </Fact>
        {confirmation && (
          <Fact name={w.confirmation}>
            {answerText(confirmation.answer)}, {momentText(confirmation.at, timeZone)}{' '}
            <a href={listenAt(confirmation.callId, confirmation.atS)}>{w.hear}</a>
          </Fact>
        )}
        {cancellation && (
          <Fact name={w.cancellation}>
            {momentText(cancellation.at, timeZone)}
            {cancellation.note && ` · ${cancellation.note}`}
          </Fact>
        )}
      </dl>
      <div class="row">
        {evidence && (
          <a class="button plain" href={listenAt(evidence.callId, evidence.atS)}>
            {evidence.atS === null ? w.evidenceCall : w.evidence}
          </a>
        )}
        <a
          class="button plain"
          href={`/console/api/appointments/${appointment.id}/calendar.ics`}
          download
        >
          {w.ics}
        </a>
      </div>
    </>
  );
}

function Fact({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function answerText(answer: string): string {
  const w = words();
  if (answer === 'confirmed') return w.confirmed;
  if (answer === 'wants-to-move') return w.wantsToMove;
  return answer === 'cancel' ? w.wantsToCancel : answer;
}

/** The recording, a little before the moment. */
export function listenAt(callId: string, atS: number | null): string {
  const at = atS === null ? '' : `?at=${Math.max(0, atS - leadS)}`;
  return router.href(`/recordings/${callId}${at}`);
}
