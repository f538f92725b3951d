import type { CallGist } from '../call/call-gist-record.ts';
import type { Conversation } from '../messaging/conversation-record.ts';
import type { Appointment } from '../scheduling/appointment.ts';
import { boundaryOf } from '../scheduling/wall-time.ts';
import type { TimelineEntry } from './conversation-view.ts';

/** One line of a person's timeline. Pure; Portuguese, as staff read it. */

export function callEntry(call: CallGist): TimelineEntry {
  const { id, startedAt, direction, durationMs, state, booked, protocol } = call;
  const minutes = Math.floor(durationMs / 60_000);
  const seconds = Math.round((durationMs % 60_000) / 1_000);
  const parts = [
    state === 'live' ? 'em andamento' : `${minutes} min ${seconds} s`,
    ...(booked > 0 ? ['com agendamento'] : []),
    ...(protocol ? [`protocolo ${protocol}`] : []),
  ];
  return {
    ...{ at: startedAt, channel: 'voice', kind: 'call', id },
    title: direction === 'inbound' ? 'Ligação recebida' : 'Ligação feita pela clínica',
    detail: parts.join(' · '),
  };
}

export function conversationEntry(conversation: Conversation): TimelineEntry {
  const { id, channel, openedAtMs, status, heldBy, protocol, appointments } = conversation;
  const isOpen = heldBy ? `com ${heldBy.name}` : 'aberta';
  const parts = [
    status === 'closed' ? 'encerrada' : isOpen,
    ...(appointments.length > 0 ? ['com registro'] : []),
    `protocolo ${protocol}`,
  ];
  return {
    ...{ at: new Date(openedAtMs).toISOString(), channel, kind: 'conversation', id },
    title: channel === 'whatsapp' ? 'Conversa por WhatsApp' : 'Conversa na página',
    detail: parts.join(' · '),
  };
}

const statusWords: Record<Appointment['status'], string> = {
  pending: 'sendo confirmado',
  booked: 'marcado',
  arrived: 'chegou',
  fulfilled: 'atendido',
  cancelled: 'cancelado',
  noshow: 'não veio',
};

export function appointmentEntry(appointment: Appointment, timeZone: string): TimelineEntry {
  const { id, channel, items, service, professional, day, time, status, protocol } = appointment;
  const [first] = items;
  const instant = first?.startsAt ?? new Date(boundaryOf(day, time, timeZone)).toISOString();
  const [year, month, date] = day.split('-');
  const parts = [
    `${date}/${month}/${year} ${time}`,
    ...(professional ? [professional] : []),
    statusWords[status],
    appointment.patient.name,
    `protocolo ${protocol}`,
  ];
  return {
    ...{ at: instant, channel, kind: 'appointment', id },
    title: service ?? 'Agendamento',
    detail: parts.join(' · '),
  };
}

/** Instants of one shape compare as texts. */
export function newestEntryFirst(a: TimelineEntry, b: TimelineEntry): number {
  const [first, second] = [Date.parse(a.at), Date.parse(b.at)];
  return second - first || (a.id < b.id ? -1 : 1);
}
