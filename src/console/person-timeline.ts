import { numberSpellings, optOutNumber } from '../agent/opt-out-store.ts';
import type { StaffRequest, StaffRequestStore } from '../agent/staff-request.ts';
import type { CallIndex } from '../call/call-index-store.ts';
import type { Conversation } from '../messaging/conversation-record.ts';
import type { ConversationStore } from '../messaging/conversation-store.ts';
import type { Appointment } from '../scheduling/appointment.ts';
import type { AppointmentStore } from '../scheduling/appointment-store.ts';
import type { TimelineEntry } from './conversation-view.ts';
import {
  appointmentEntry,
  callEntry,
  conversationEntry,
  newestEntryFirst,
} from './timeline-entry.ts';

export interface TimelineParts {
  calls: Pick<CallIndex, 'search'>;
  conversations: Pick<ConversationStore, 'find' | 'list'>;
  appointments: Pick<AppointmentStore, 'find' | 'findOpen'>;
  requests: Pick<StaffRequestStore, 'list'>;
}

/** Of each kind; and of all of them together. */
const mostOfAKind = 50;
const mostEntries = 100;
/** Numbers that one conversation may have shown: whoever books for a family. */
const mostNumbers = 4;
/** Requests of the clinic among which those of the person are looked for, newest first. */
const mostRequests = 200;
/** Before any appointment. */
const firstDay = '2000-01-01';

/** What one person had to do with the clinic of a conversation, on every channel. By number, never by a name. */
export async function personTimeline(
  parts: TimelineParts,
  conversation: Conversation,
  timeZone: string,
): Promise<TimelineEntry[]> {
  const { clinic } = conversation;
  const made = await appointmentsOf(parts, [conversation]);
  const requests = await parts.requests.list({ clinic, limit: mostRequests });
  const numbers = numbersOf(conversation, made, requests);
  const [calls, written, booked] = await Promise.all([
    callsOf(parts, clinic, numbers),
    whatsappOf(parts, clinic, numbers),
    bookedBy(parts, clinic, numbers),
  ]);
  const chats = await chatsOf(parts, conversation, booked, requests, numbers);
  const conversations = unique([conversation, ...written, ...chats]);
  const agreed = await appointmentsOf(parts, written);
  const visits = unique([...made, ...booked, ...agreed]).filter((one) => one.clinic === clinic);
  return [
    ...calls.map(callEntry),
    ...conversations.map(conversationEntry),
    ...visits.map((visit) => appointmentEntry(visit, timeZone)),
  ]
    .sort(newestEntryFirst)
    .slice(0, mostEntries);
}

/** On WhatsApp the sender's; on the web only what was recorded there. As `optOutNumber` writes them. */
function numbersOf(
  { id, channel, senderKey }: Conversation,
  made: readonly Appointment[],
  requests: readonly StaffRequest[],
): string[] {
  const recorded = [
    ...made.map(({ phone }) => phone),
    ...requests.filter((one) => one.conversationId === id).map(({ phone }) => phone),
  ];
  const shown = channel === 'whatsapp' ? [senderKey] : recorded;
  const numbers = shown.flatMap((number) => (number && optOutNumber(number)) || []);
  return [...new Set(numbers)].slice(0, mostNumbers);
}

async function callsOf({ calls }: TimelineParts, clinic: string, numbers: readonly string[]) {
  const query = { clinics: [clinic] };
  const pages = numbers.map((number) => calls.search({ ...query, number }, { limit: mostOfAKind }));
  return (await Promise.all(pages)).flatMap((page) => page.calls).slice(0, mostOfAKind);
}

async function whatsappOf(
  { conversations }: TimelineParts,
  clinic: string,
  numbers: readonly string[],
): Promise<Conversation[]> {
  const query = { clinics: [clinic], channel: 'whatsapp', limit: mostOfAKind } as const;
  const lists = numbers
    .flatMap(numberSpellings)
    .map((senderKey) => conversations.list({ ...query, senderKey }));
  const heads = (await Promise.all(lists)).flat().slice(0, mostOfAKind);
  const found = await Promise.all(heads.map(({ id }) => conversations.find(id)));
  return found.filter((one) => one !== undefined);
}

/** Those of which one of the numbers is the contact; that it was booked from one of them says nothing about whose it is. */
async function bookedBy(
  { appointments }: TimelineParts,
  clinic: string,
  numbers: readonly string[],
): Promise<Appointment[]> {
  const spellings = numbers.flatMap(numberSpellings);
  const lists = spellings.map((phone) =>
    appointments.findOpen({ clinic, from: firstDay, by: { phone }, withClosed: true }),
  );
  const found = (await Promise.all(lists)).flat().filter(({ phone }) => isAmong(phone, numbers));
  return unique(found).slice(-mostOfAKind);
}

/** Chats of the page in which an appointment was made, or something asked of staff, with one of the numbers. */
async function chatsOf(
  { conversations }: TimelineParts,
  { clinic }: Conversation,
  booked: readonly Appointment[],
  requests: readonly StaffRequest[],
  numbers: readonly string[],
): Promise<Conversation[]> {
  const ids = [
    ...booked.filter(({ channel }) => channel === 'web-chat').map(({ callId }) => callId),
    ...requests
      .filter(({ channel, phone }) => channel === 'web-chat' && isAmong(phone, numbers))
      .map(({ conversationId }) => conversationId),
  ];
  const wanted = [...new Set(ids)].slice(0, mostOfAKind);
  const found = await Promise.all(wanted.map((id) => conversations.find(id)));
  return found.filter((one) => one !== undefined).filter((one) => one.clinic === clinic);
}

async function appointmentsOf(
  { appointments }: TimelineParts,
  conversations: readonly Conversation[],
): Promise<Appointment[]> {
  const ids = [...new Set(conversations.flatMap((one) => one.appointments))].slice(-mostOfAKind);
  const found = await Promise.all(ids.map((id) => appointments.find(id)));
  return found.filter((one) => one !== undefined);
}

function isAmong(number: string | null, numbers: readonly string[]): boolean {
  return number !== null && numbers.includes(optOutNumber(number) ?? number);
}

function unique<T extends { id: string }>(all: readonly T[]): T[] {
  return [...new Map(all.map((one) => [one.id, one])).values()];
}
