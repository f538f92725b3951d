import { parsePhoneNumberFromString } from 'libphonenumber-js/max';
import type { ContactVisit, ContactVisits } from '../agent/contact-visits.ts';
import type { ContactKind } from '../agent/outbound-contact.ts';
import { plainText } from '../agent/plain-text.ts';
import type { CsvRow } from './call-list-csv.ts';
import { type CallListRow, longestMessage, longestName } from './call-list-record.ts';
import type { DialPermission } from './dial-permission.ts';

export interface ImportParts {
  permission: DialPermission;
  visits: ContactVisits;
}

/** What the list is to be, whatever its rows. */
export interface ListWish {
  clinicId: string;
  kind: ContactKind;
  /** Today in the clinic's zone, `YYYY-MM-DD`: the same person may be rung for the same thing on another day. */
  today: string;
  nowMs: number;
}

export interface Imported {
  rows: CallListRow[];
  problems: { line: number; reason: string }[];
}

type Judged = { row: Omit<CallListRow, 'key' | 'state'> } | { reason: string };

/** Each line becomes a row or a problem, never nothing. */
export async function rowsFromCsv(
  lines: readonly CsvRow[],
  wish: ListWish,
  parts: ImportParts,
): Promise<Imported> {
  const judged: { line: number; judged: Judged }[] = [];
  for (const line of lines)
    judged.push({ line: line.line, judged: await judgeLine(line, wish, parts) });
  return gathered(judged, wish);
}

/** Everybody who is booked that day. Who cannot be rung is told by their number in the order of the day. */
export async function rowsFromAgenda(
  day: string,
  wish: ListWish,
  parts: ImportParts,
): Promise<Imported> {
  const visits = await parts.visits.ofDay(wish.clinicId, day);
  const judged = visits.map((visit, i) => {
    const line = i + 1;
    if (visit.phone === null)
      return { line, judged: { reason: `O agendamento das ${visit.time} não tem telefone.` } };
    return { line, judged: permitted(rowOfVisit(line, visit, visit.phone), wish, parts) };
  });
  return gathered(judged, wish);
}

async function judgeLine(line: CsvRow, wish: ListWish, parts: ImportParts): Promise<Judged> {
  const id = line.appointment;
  const visit = id === '' ? undefined : await parts.visits.find(id);
  if (id !== '' && visit?.clinicId !== wish.clinicId)
    return { reason: 'O agendamento não existe, não é desta clínica ou não está mais marcado.' };
  const to = line.phone === '' ? (visit?.phone ?? '') : e164Of(line.phone);
  if (to === '') return { reason: 'Falta o telefone.' };
  if (to === undefined) return { reason: 'O telefone é inválido: use DDD e número.' };
  // Whoever answers may cancel it: only the number that the appointment knows.
  if (visit && visit.phone !== to) return { reason: 'O telefone não é o deste agendamento.' };
  const message = plainText(line.message);
  if (message.length > longestMessage)
    return { reason: `A mensagem passa de ${longestMessage} letras.` };
  if (!visit && message === '')
    return { reason: 'Falta a mensagem (o motivo da ligação) ou o agendamento.' };
  const name = plainText(line.name).slice(0, longestName);
  const row = visit ? rowOfVisit(line.line, visit, to) : { line: line.line, to };
  const said = { ...(name === '' ? {} : { name }), ...(message === '' ? {} : { message }) };
  return permitted({ ...row, ...said }, wish, parts);
}

function rowOfVisit(line: number, visit: ContactVisit, to: string) {
  const { appointmentId, day, time, name } = visit;
  return { line, to, name: name.slice(0, longestName), appointmentId, visit: { day, time } };
}

/** Numbers that are never rung are told now; the hour is not, it will be another one. */
function permitted(
  row: Omit<CallListRow, 'key' | 'state'>,
  { clinicId, nowMs }: ListWish,
  { permission }: ImportParts,
): Judged {
  const refusal = permission({ to: row.to, clinicId }, nowMs);
  if (!refusal || refusal.nextAllowedMs !== undefined) return { row };
  return { reason: refusal.message };
}

function gathered(
  judged: readonly { line: number; judged: Judged }[],
  { clinicId, kind, today }: ListWish,
): Imported {
  const lineOf = new Map<string, number>();
  const found: Imported = { rows: [], problems: [] };
  for (const { line, judged: one } of judged) {
    if ('reason' in one) {
      found.problems.push({ line, reason: one.reason });
      continue;
    }
    const key = [clinicId, kind, one.row.appointmentId ?? one.row.to, today].join(' ');
    const before = lineOf.get(key);
    if (before !== undefined)
      found.problems.push({ line, reason: `É a mesma pessoa da linha ${before}.` });
    else {
      lineOf.set(key, line);
      found.rows.push({ ...one.row, key, state: 'waiting' });
    }
  }
  return found;
}

/** Brazilian, when it does not begin with the code of a country. */
function e164Of(written: string): string | undefined {
  const parsed = parsePhoneNumberFromString(written, 'BR');
  // What is not a number that exists is judged, and told why, by the permission.
  return parsed?.number;
}
